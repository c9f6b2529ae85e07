// A worker thread of a client on Node.

import { serve } from "../threads/serve.ts"
import { platform } from "./on-node.ts"
import { given, home } from "./threads.ts"

await serve(platform, given, home)
