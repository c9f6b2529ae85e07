// A worker thread of a client on Bun.

import { serve } from "../threads/serve.ts"
import { platform } from "./on-bun.ts"

await serve(platform)
