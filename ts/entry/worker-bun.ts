// A worker thread of a client on Bun.

import { serve } from "../threads/serve.ts"
import { platform } from "./on-bun.ts"
import { given, home } from "./threads.ts"

await serve(platform, given, home)
