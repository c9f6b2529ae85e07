// A worker thread of a client on Node.

import { serve } from "../threads/serve.ts"
import { platform } from "./on-node.ts"

await serve(platform)
