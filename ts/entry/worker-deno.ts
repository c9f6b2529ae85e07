// A worker thread of a client on Deno.

import { serve } from "../threads/serve.ts"
import { platform } from "./on-deno.ts"
import { given, home } from "./threads.ts"

await serve(platform, given, home)
