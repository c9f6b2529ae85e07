// The dashboard as a visitor sees it, in a real Chromium: what it shows is what /metrics tells and what the server says itself.

import { type Client, connect, digestOf, type KeyTuple, LogLevel, partitionOf, setLogLevel } from "aerospike-wasm"
import { type DevServer, startDevServer } from "aerospike-wasm/devserver"
import { getMetrics, type MetricsServer, startMetricsServer, stopMetricsServer } from "aerospike-wasm/metrics"
import type { Browser, BrowserContextOptions, Page } from "playwright-core"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest"
import { findChromium, launch, noChromium } from "./support/chromium.ts"
import { parseMetrics } from "./support/prometheus.ts"

// Browsers are slow to start on a busy machine; nothing here is about time.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const executable = findChromium()
if (executable === undefined) console.log(`skipped: ${noChromium}`)

const duration = "db_client_operation_duration_seconds"

describe.skipIf(executable === undefined)("the dashboard", () => {
  let browser: Browser
  let server: DevServer
  let client: Client
  let metrics: MetricsServer
  /** What went wrong in pages of the test, and what they asked for. */
  let faults: string[]
  let asked: string[]

  beforeAll(async () => {
    setLogLevel(LogLevel.OFF)
    browser = await launch(executable!)
  })

  afterAll(async () => {
    await browser?.close()
    setLogLevel(LogLevel.WARN)
  })

  beforeEach(async () => {
    faults = []
    asked = []
    // The others go on naming a node that has ended.
    server = await startDevServer({ nodes: 3, agreementMs: 60_000 })
    client = await connect({ hosts: server.hosts, tendInterval: 1000 })
    metrics = await startMetricsServer({ port: 0 })
  })

  afterEach(async () => {
    for (const context of browser.contexts()) await context.close()
    await client.close()
    await stopMetricsServer()
    await server.close()
  })

  async function open(options: BrowserContextOptions = {}): Promise<Page> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })
    const page = await context.newPage()
    page.on("pageerror", (error) => faults.push(error.message))
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) faults.push(message.text())
    })
    page.on("request", (request) => asked.push(request.url()))
    await page.goto(metrics.url)
    await page.getByText("1 client connected").waitFor()
    await page.locator("[data-node]").nth(2).waitFor()
    return page
  }

  /** A number as it is shown, `1,234` or `12 idle`. */
  const numberIn = (text: string | null | undefined) => Number(text?.replaceAll(",", "").match(/\d+(\.\d+)?/)?.[0])
  const shown = async (page: Page, selector: string) => numberIn(await page.locator(selector).textContent())
  const milliseconds = (text: string) => numberIn(text) * (text.endsWith(" s") ? 1000 : 1)

  const scraped = async () => parseMetrics(await getMetrics())

  test("shows what /metrics tells, of operations, errors and nodes", async () => {
    const page = await open()
    const key = (id: number): KeyTuple => ["test", "page", id]
    for (let id = 0; id < 30; id++) await client.put(key(id), { id })
    server.faults.add({ when: { set: "page", command: "touch", times: 20 }, then: { delay: 30 } })
    await Promise.all(Array.from({ length: 20 }, (_, id) => client.touch(key(id))))
    await Promise.all(Array.from({ length: 1200 }, (_, id) => client.exists(key(id % 30))))
    for (let id = 0; id < 4; id++) await client.get(key(100 + id)).catch(() => {})
    await client.put(key(0), { id: 0 }, { exists: "createOnly" }).catch(() => {})
    await client.batchRead([key(0), key(1)])
    // Retries, timeouts and writes in doubt.
    server.faults.add({ when: { set: "page", command: "get", times: 3 }, then: { close: true } })
    await client.get(key(1), { maxRetries: 5, sleepBetweenRetries: 0 })
    server.faults.add({ when: { set: "page", command: "put", times: 1 }, then: { drop: true } })
    await client.put(key(2), { id: 2 }, { totalTimeout: 1500, maxRetries: 0 }).catch(() => {})
    // Everything has ended; pools may still change by what a fault closed.
    await page.waitForFunction(() => document.querySelector("[data-total=count]")?.textContent === "1,258")
    await vi.waitFor(
      async () => {
        const told = await scraped()
        const kinds = ["put", "touch", "exists", "get", "batch_read"]
        for (const kind of kinds) {
          const own = { db_operation_name: kind }
          const row = `[data-kind=${kind}] [data-field=`
          expect(await shown(page, `${row}count]`), kind).toBe(told.sum(`${duration}_count`, own))
          const fine = told.sum(`${duration}_count`, { ...own, error_type: "" })
          expect(await shown(page, `${row}failed]`), kind).toBe(told.sum(`${duration}_count`, own) - fine)
        }
        expect(await page.locator("#kinds tbody tr").count()).toBe(kinds.length)
        const errors = told.samples(`${duration}_count`).map(({ labels }) => labels.error_type!)
        const classes = [...new Set(errors)].filter((error) => error !== "")
        expect(classes.length).toBeGreaterThanOrEqual(3)
        for (const error of classes) {
          const all = told.sum(`${duration}_count`, { error_type: error })
          expect(await shown(page, `[data-error=${error}] td:last-child`), error).toBe(all)
        }
        expect(await page.locator("#errors tbody tr").count()).toBe(classes.length)
        const totals = {
          count: told.sum(`${duration}_count`),
          failed: told.sum(`${duration}_count`) - told.sum(`${duration}_count`, { error_type: "" }),
          retries: told.sum("aerospike_client_retries_total"),
          timeouts: told.sum("aerospike_client_timeouts_total"),
          inDoubt: told.sum("aerospike_client_in_doubt_writes_total"),
          inFlight: told.sum("aerospike_client_operations_in_flight"),
          queue: told.sum("aerospike_client_queue_length"),
        }
        expect(Math.min(totals.retries, totals.timeouts, totals.inDoubt)).toBeGreaterThan(0)
        for (const [name, value] of Object.entries(totals)) {
          expect(await shown(page, `[data-total=${name}]`), name).toBe(value)
        }
        const memory = `${(told.sum("aerospike_client_memory_bytes") / 1048576).toFixed(1)} MiB`
        expect(await page.locator("[data-total=memory]").textContent()).toBe(memory)
        for (const node of client.nodeNames()) {
          const counters = {
            idle: told.value("aerospike_client_connections", { node, state: "idle" }),
            busy: told.value("aerospike_client_connections", { node, state: "busy" }),
            opening: told.value("aerospike_client_connections", { node, state: "opening" }),
            draining: told.value("aerospike_client_connections", { node, state: "draining" }),
            inFlight: told.value("aerospike_client_requests_in_flight", { node }),
            queue: told.value("aerospike_client_queue_length", { node }),
            retries: told.value("aerospike_client_retries_total", { node }),
            timeouts: told.value("aerospike_client_timeouts_total", { node }),
            inDoubt: told.value("aerospike_client_in_doubt_writes_total", { node }),
            tendFailures: told.value("aerospike_client_tend_failures_total", { node }),
          }
          for (const [field, value] of Object.entries(counters)) {
            expect(await shown(page, `[data-node=${node}] [data-field=${field}]`), `${node} ${field}`).toBe(value)
          }
        }
      },
      { timeout: 20_000, interval: 200 },
    )
    // Where a percentile is shown, the histogram has it, too, as finely as it can tell.
    const told = await scraped()
    for (const kind of ["touch", "exists"]) {
      const counts = told.samples(`${duration}_bucket`, { db_operation_name: kind })
      for (const [field, part] of [
        ["p50", 0.5],
        ["p99", 0.99],
      ] as const) {
        const at = counts.findIndex(({ value }) => value >= part * counts.at(-1)!.value)
        const [low, high] = [Number(counts[at - 1]?.labels.le ?? 0) * 1000, Number(counts[at]!.labels.le) * 1000]
        const ms = milliseconds((await page.locator(`[data-kind=${kind}] [data-field=${field}]`).textContent())!)
        // The engine's clock and the page's do not begin at the same microsecond.
        expect(ms, `${kind} ${field}`).toBeGreaterThan(low * 0.9 - 0.1)
        expect(ms, `${kind} ${field}`).toBeLessThan(high * 1.1 + 1)
      }
    }
    expect(await shown(page, "[data-kind=touch] [data-field=p50]")).toBeGreaterThanOrEqual(30)
    // The put that was never answered is among the slowest, and has its stages; no key is shown.
    const slowest = page.locator("#slow li", { hasText: "TimeoutError" })
    expect(await slowest.locator(".name").textContent()).toBe("put test.page")
    expect(milliseconds((await slowest.locator(".ms").textContent())!)).toBeGreaterThanOrEqual(1500)
    const [, waited] = /wait ([\d,.]+ m?s)/.exec((await slowest.locator(".stage-text").textContent())!)!
    expect(milliseconds(waited!)).toBeGreaterThanOrEqual(1000)
    expect(faults).toEqual([])
    expect(asked.filter((url) => !url.startsWith(`${metrics.url}/`) && url !== "data:,")).toEqual([])
  })

  test("shows within two tends that a node was killed, and that it is back", async () => {
    const page = await open()
    const state = (node: string) => page.locator(`[data-node=${node}] [data-field=state]`)
    const [first, second] = [server.nodes[0]!, server.nodes[1]!]
    expect(await state(second.name).textContent()).toBe("active")
    const tends = async () => (await scraped()).value("aerospike_client_tend_seconds_count", { node: first.name })
    const before = await tends()
    await server.kill(1)
    await page.waitForFunction((node) => {
      return document.querySelector(`[data-node=${node}] [data-field=state]`)?.textContent === "down"
    }, second.name)
    expect((await tends()) - before).toBeLessThanOrEqual(2)
    expect(await page.locator(`[data-node=${second.name}] [data-field=tends]`).textContent()).toMatch(/[1-9] failed/)
    await server.restart(1)
    await page.waitForFunction((node) => {
      return document.querySelector(`[data-node=${node}] [data-field=state]`)?.textContent === "active"
    }, second.name)
    expect(faults).toEqual([])
  })

  test("finds a key where the server has it", async () => {
    const page = await open()
    const keys: [type: string, text: string, key: KeyTuple][] = [
      ["text", "alice", ["test", "users", "alice"]],
      ["text", "çay ☕", ["test", "", "çay ☕"]],
      ["text", "42", ["test", "users", "42"]],
      ["integer", "42", ["test", "users", 42]],
      ["integer", "-9223372036854775808", ["test", "ü", -(2n ** 63n)]],
      ["bytes", "00 ff 10", ["test", "users", Uint8Array.of(0, 255, 16)]],
    ]
    await page.getByLabel("Namespace").selectOption("test")
    for (const [type, text, key] of keys) {
      await page.getByLabel("Set", { exact: true }).fill(key[1]!)
      await page.getByLabel("Type").selectOption(type)
      await page.getByLabel("Key", { exact: true }).fill(text)
      await page.getByRole("button", { name: "Find" }).click()
      const hex = Buffer.from(digestOf(key)).toString("hex")
      await page.locator("#found .digest", { hasText: hex }).waitFor()
      const partition = await shown(page, "#found .partition")
      expect(partition).toBe(partitionOf(key))
      // The server's own: a record of that key lies in that partition and in no other, and under that digest.
      await client.put(key, { text })
      const inIt = await client.query("test", key[1]!).partitions({ begin: partition, count: 1 }).results()
      expect(inIt.map(({ bins }) => bins.text)).toContain(text)
      const master = (await page.locator("#found .master").textContent())!.split(" ")[0]!
      const index = server.nodes.findIndex(({ name }) => name === master)
      const struck = server.faults.add({ when: { node: index, digest: digestOf(key) }, then: { code: 22 } })
      await expect(client.get(key, { maxRetries: 0 })).rejects.toMatchObject({ code: 22 })
      struck.remove()
      const chosen = await page.locator("#cell").textContent()
      expect(chosen).toContain(`Partition ${partition} of test: master ${master}, copy 1 `)
    }
    // What is wrong is said, and what could be a script is text.
    await page.getByLabel("Type").selectOption("integer")
    await page.getByLabel("Key", { exact: true }).fill("<img src=x onerror=alert(1)>")
    await page.getByRole("button", { name: "Find" }).click()
    await page.getByText("An integer has digits only").waitFor()
    expect(asked.filter((url) => /alice|users|onerror/.test(url))).toEqual([])
    expect(faults).toEqual([])
  })

  test("shows who has the partitions as the nodes say it, and those that move", async () => {
    const page = await open()
    await page.getByLabel("Map of").selectOption("test")
    const owners = () =>
      page.locator("#owners tbody tr").evaluateAll((rows) => {
        return rows.map((row) => [
          row.getAttribute("data-owner"),
          ...Array.from(row.querySelectorAll("td"), (cell) => Number(cell.textContent?.replaceAll(",", ""))),
        ])
      })
    /** What each node says of itself: bits of `replicas`. */
    const told = async () => {
      const answers = await client.infoAll("replicas")
      const rows = answers.map(({ nodeName, response }) => {
        const own = response.split(";").find((part) => part.startsWith("test:"))!
        const bits = own.slice("test:".length).split(",").slice(2)
        return [nodeName, ...bits.map((bits) => popcount(Buffer.from(bits, "base64")))]
      })
      return rows.sort()
    }
    expect(await owners()).toEqual(await told())
    expect(await page.locator("#moves").textContent()).toBe("Nothing has moved within a minute.")
    server.holdMigrations()
    server.quiesce(2)
    // Some copies, drawn by lot; the client hears of it at its next tend.
    server.migrate(700)
    await vi.waitFor(async () => expect(await owners()).toEqual(await told()), { timeout: 20_000, interval: 200 })
    expect(await page.locator("#moves").textContent()).toMatch(
      /^Moved within a minute: [1-9][\d,]* masters, [\d,]+ copies\.$/,
    )
    // By keyboard, to the first cell and from there.
    await page.getByLabel(/^Owners of the 4096 partitions/).focus()
    const cell = page.locator("#cell")
    for (const [pressed, partition] of [
      ["Home", 0],
      ["ArrowRight", 1],
      ["ArrowDown", 65],
      ["ArrowLeft", 64],
      ["End", 4095],
      ["ArrowDown", 4095],
    ] as const) {
      await page.keyboard.press(pressed)
      expect(await cell.textContent()).toContain(`Partition ${partition} of test: master `)
    }
    // And the cells have the colours of their owners.
    const colours = await page.locator("#map").evaluate((canvas: HTMLCanvasElement) => {
      const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height)
      const size = canvas.width / 64
      const at = (x: number, y: number) =>
        Array.from(data.slice(4 * (y * canvas.width + x), 4 * (y * canvas.width + x) + 3))
      const corners = Array.from({ length: 4096 }, (_, i) => at((i % 64) * size, Math.floor(i / 64) * size).join())
      return corners.reduce<Record<string, number>>((all, one) => {
        all[one] = (all[one] ?? 0) + 1
        return all
      }, {})
    })
    const masters = (await owners()).map(([, master]) => Number(master)).filter((count) => count > 0)
    const painted = Object.values(colours).sort((one, other) => other - one)
    // The frame of the chosen cell hides some.
    for (const [i, count] of masters.sort((one, other) => other - one).entries()) {
      expect(Math.abs(painted[i]! - count)).toBeLessThanOrEqual(8)
    }
    expect(faults).toEqual([])
  })

  test("says when the program is gone, and goes on when it is back", async () => {
    const page = await open()
    const { port } = metrics
    await stopMetricsServer()
    await page.getByText("no connection to the program").waitFor()
    await page.getByText("The program cannot be reached").waitFor()
    metrics = await startMetricsServer({ port })
    await page.getByText("1 client connected").waitFor()
    expect(await page.locator("#notice").isVisible()).toBe(false)
    await page.getByRole("button", { name: "Pause" }).click()
    await client.put(["test", "page", 1], { a: 1 })
    await page.getByText("Paused.").waitFor()
    expect(await page.getByRole("button", { name: "Go on" }).getAttribute("aria-pressed")).toBe("true")
  })

  describe.each(["light", "dark"] as const)("in %s", (colorScheme) => {
    test.each([1280, 390, 320])("is readable and needs no scrolling sideways at %i px", async (width) => {
      const page = await open({ colorScheme, viewport: { width, height: 844 } })
      await Promise.all(Array.from({ length: 50 }, (_, id) => client.put(["test", "page", id], { id })))
      await client.get(["test", "page", "none"]).catch(() => {})
      await server.kill(2)
      await page.getByText("down", { exact: true }).waitFor()
      await page.locator("#slow li").first().waitFor()
      await page.locator("[data-error]").first().waitFor()
      expect(await page.evaluate(tooWide)).toEqual([])
      expect(await page.evaluate(lowContrast)).toEqual([])
      expect(await page.evaluate(unnamed)).toEqual([])
      expect(faults).toEqual([])
    })
  })

  test("is reached by keyboard: every control in turn, and what is focused is seen", async () => {
    const page = await open()
    const reached: string[] = []
    for (let i = 0; i < 30; i++) {
      await page.keyboard.press("Tab")
      const focused = await page.evaluate(() => {
        const element = document.activeElement as HTMLElement
        const outline = getComputedStyle(element).outlineStyle
        const name = element.id || element.getAttribute("name") || element.textContent?.trim() || element.className
        return { name, isSeen: outline !== "none", isEnd: element === document.body }
      })
      if (focused.isEnd) break
      expect(focused.isSeen, focused.name).toBe(true)
      reached.push(focused.name)
    }
    const wanted = [
      "Skip to the numbers",
      "metrics",
      "health",
      "pause",
      "namespace",
      "set",
      "type",
      "key",
      "Find",
      "map",
    ]
    expect(reached).toEqual(expect.arrayContaining([...wanted, "map-of", "map-level"]))
  })
})

function popcount(bytes: Uint8Array): number {
  return Array.from(bytes, (byte) => byte.toString(2).replaceAll("0", "").length).reduce((sum, bits) => sum + bits, 0)
}

/** What reaches beyond the page, but where that is scrolled by itself. It runs in the page. */
function tooWide(): string[] {
  return Array.from(document.body.querySelectorAll("*"))
    .filter((element) => element.getBoundingClientRect().right > innerWidth + 0.5 && !element.closest(".scroll"))
    .map((element) => `${element.tagName} ${element.id} ${element.className} ${element.textContent}`.slice(0, 80))
}

/** Texts of the page that are seen and have less contrast than 4.5 to 1, as WCAG reckons. It runs in the page. */
function lowContrast(): string[] {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true })!
  const rgba = (color: string) => {
    canvas.clearRect(0, 0, 1, 1)
    canvas.fillStyle = color
    canvas.fillRect(0, 0, 1, 1)
    return Array.from(canvas.getImageData(0, 0, 1, 1).data)
  }
  const luminance = (color: string) => {
    const [r = 0, g = 0, b = 0] = rgba(color).map((part) => {
      const value = part / 255
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const behind = (element: Element | null): string => {
    if (!element) return "white"
    const { backgroundColor } = getComputedStyle(element)
    return rgba(backgroundColor)[3]! > 0 ? backgroundColor : behind(element.parentElement)
  }
  const found: string[] = []
  for (const element of Array.from(document.body.querySelectorAll<HTMLElement>("*"))) {
    const own = Array.from(element.childNodes).some((node) => node.nodeType === 3 && node.textContent?.trim())
    if (!own || !element.checkVisibility() || element.tagName === "OPTION") continue
    const [one, other] = [luminance(getComputedStyle(element).color), luminance(behind(element))]
    const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05)
    if (contrast < 4.5)
      found.push(`${element.tagName} ${element.className} "${element.textContent}": ${contrast.toFixed(2)}`)
  }
  return found
}

/** What can be used or has a meaning and no name. It runs in the page. */
function unnamed(): string[] {
  const nameOf = (element: Element) => {
    const labelled = element.getAttribute("aria-labelledby")
    const labels = "labels" in element ? Array.from((element as HTMLInputElement).labels ?? []) : []
    const others = [labelled ? document.getElementById(labelled) : null, ...labels].map((one) => one?.textContent)
    return [element.getAttribute("aria-label"), ...others, element.matches("a, button") ? element.textContent : ""]
      .join("")
      .trim()
  }
  const wanted = "a, button, input, select, canvas, [role=img], [role=region], section, nav, article"
  return Array.from(document.querySelectorAll(wanted))
    .filter((element) => nameOf(element) === "")
    .map((element) => element.outerHTML.slice(0, 80))
}
