"""The official Python client, or aerospike-py, as the bench uses one: the protocol is told in ../../lib/client-process.mjs.

    bench.py aerospike|aerospike_py HOSTS

The official client has no asynchronous calls, so each caller is a thread; of aerospike-py it is a task of asyncio. Keys are
tuples, which hash nothing before they are used.
"""

import asyncio
import json
import resource
import sys
import threading
import time
from importlib.metadata import version

NAMESPACE = "test"
SUB_BITS = 6
SUB = 1 << SUB_BITS


class Histogram:
    """The buckets of ../../lib/histogram.mjs."""

    def __init__(self):
        self.counts = [0] * ((31 - SUB_BITS + 1) * SUB)
        self.total = 0

    def note(self, ns):
        units = min(ns // 100, 0x7FFFFFFF)
        shift = max(0, units.bit_length() - 1 - SUB_BITS)
        self.counts[shift * SUB + (units >> shift)] += 1
        self.total += 1

    def at(self, share):
        left = self.total * share
        for index, count in enumerate(self.counts):
            left -= count
            if left <= 0 and count:
                shift = max(0, (index >> SUB_BITS) - 1)
                return (index - shift * SUB + 0.5) * (1 << shift) / 10_000
        return 0


def expected(shape, i):
    if shape == "ints":
        return {"i": i}
    bins = {"i": i, "d": i + 0.5, "s": f"record {i:08d} {'x' * 16}", "b": bytes([i & 255]) * 16}
    return {**bins, "j": i} if shape == "flat" else {**bins, "l": [i, i + 1, i + 2]}


def cpu_us():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return (usage.ru_utime + usage.ru_stime) * 1e6


def same(got, wanted):
    if got != wanted:
        raise ValueError(f"{got} was read for {wanted}")


class Bench:
    """What both clients have in common; `get`, `put`, `operate`, `batch` and `query` are theirs."""

    def use(self, sets, records, **_):
        self.sets, self.records = sets, records
        names = ("single", "counters")
        self.keys = {
            shape: [(NAMESPACE, name, f"key-{i}" if shape in names else i) for i in range(records[shape])]
            for shape, name in sets.items()
        }
        self.written = [expected("single", i) for i in range(records["single"])]

    def samples(self):
        for shape, keys in self.keys.items():
            for i in range(0, len(keys), -(-len(keys) // 200)):
                yield shape, i, keys[i]

    def check(self, shape, i, bins):
        wanted = expected(shape, i)
        if shape == "counters":
            wanted["i"] = bins["i"]
        same(bins, wanted)

    def parts(self, what, name, rows):
        """The function that does one operation, and what it is given for the number n."""
        keys = self.keys[name]
        count = len(keys)
        if what == "batch":
            starts = count // rows
            return self.batch, lambda n: (keys[n % starts * rows : n % starts * rows + rows], n % starts * rows + rows // 2)
        if what == "query":
            return self.query, lambda n: (self.sets[name], rows)
        act = getattr(self, what)
        return act, lambda n: (n, keys[n % count], n % count)

    def answer(self, latencies, start, cpu):
        took, spent = time.perf_counter_ns() - start, cpu_us() - cpu
        return {
            "ops": latencies.total,
            "tookMs": took / 1e6,
            "cpuUs": spent,
            "p50Ms": latencies.at(0.5),
            "p99Ms": latencies.at(0.99),
            "p999Ms": latencies.at(0.999),
        }


class Official(Bench):
    def __init__(self, host, port):
        import aerospike
        from aerospike_helpers.operations import operations

        policy = {"total_timeout": 10_000}
        config = {
            "hosts": [(host, port)],
            "max_conns_per_node": 600,
            "policies": {"read": policy, "write": policy, "operate": policy, "batch": policy},
        }
        self.client = aerospike.client(config).connect()
        self.ops = [operations.increment("i", 1), operations.read("i")]

    def end(self):
        self.client.close()

    def use(self, **given):
        super().use(**given)
        for shape, i, key in self.samples():
            self.check(shape, i, self.client.get(key)[2])

    def get(self, _, key, i):
        same(self.client.get(key)[2]["i"], i)

    def put(self, _, key, i):
        self.client.put(key, self.written[i])

    def mix(self, n, key, i):
        (self.get if n & 1 else self.put)(n, key, i)

    def operate(self, _, key, __):
        if not self.client.operate(key, self.ops)[2]["i"] > 0:
            raise ValueError("an increment gave nothing")

    def batch(self, keys, wanted):
        found = self.client.batch_read(keys).batch_records
        same(found[len(keys) // 2].record[2]["i"], wanted)

    def query(self, name, rows):
        same(len(self.client.query(NAMESPACE, name).results()), rows)

    def run(self, what, set, rows, inFlight, ms, **_):
        act, given = self.parts(what, set, rows)
        latencies, failures, lock = Histogram(), [], threading.Lock()
        cpu, start = cpu_us(), time.perf_counter_ns()
        until, number = start + int(ms * 1e6), [0]

        def caller():
            began = time.perf_counter_ns()
            try:
                while began < until:
                    with lock:
                        number[0] += 7919  # a prime: neighbours are not asked for together
                        mine = number[0]
                    act(*given(mine))
                    now = time.perf_counter_ns()
                    with lock:
                        latencies.note(now - began)
                    began = now
            except Exception as error:
                failures.append(error)

        threads = [threading.Thread(target=caller) for _ in range(inFlight)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if failures:
            raise failures[0]
        return self.answer(latencies, start, cpu)


class Asyncio(Bench):
    def __init__(self, host, port):
        import aerospike_py

        self.loop = asyncio.new_event_loop()
        config = {"hosts": [(host, port)], "max_conns_per_node": 600}
        self.client = self.loop.run_until_complete(aerospike_py.AsyncClient(config).connect())
        self.policy = {"total_timeout": 10_000}
        self.ops = [
            {"op": aerospike_py.OPERATOR_INCR, "bin": "i", "val": 1},
            {"op": aerospike_py.OPERATOR_READ, "bin": "i", "val": None},
        ]

    def end(self):
        self.loop.run_until_complete(self.client.close())

    def use(self, **given):
        super().use(**given)
        for shape, i, key in self.samples():
            self.check(shape, i, self.loop.run_until_complete(self.client.get(key)).bins)

    async def get(self, _, key, i):
        same((await self.client.get(key, self.policy)).bins["i"], i)

    async def put(self, _, key, i):
        await self.client.put(key, self.written[i], policy=self.policy)

    async def mix(self, n, key, i):
        await (self.get if n & 1 else self.put)(n, key, i)

    async def operate(self, _, key, __):
        if not (await self.client.operate(key, self.ops, policy=self.policy)).bins["i"] > 0:
            raise ValueError("an increment gave nothing")

    async def batch(self, keys, wanted):
        found = (await self.client.batch_read(keys, policy=self.policy)).to_dict()
        same(found[wanted]["i"], wanted)

    async def query(self, name, rows):
        same(len(await self.client.query(NAMESPACE, name).results()), rows)

    def run(self, what, set, rows, inFlight, ms, **_):
        act, given = self.parts(what, set, rows)
        latencies, number = Histogram(), 0
        cpu, start = cpu_us(), time.perf_counter_ns()
        until = start + int(ms * 1e6)

        async def caller():
            nonlocal number
            began = time.perf_counter_ns()
            while began < until:
                number += 7919
                await act(*given(number))
                now = time.perf_counter_ns()
                latencies.note(now - began)
                began = now

        async def callers():
            await asyncio.gather(*(caller() for _ in range(inFlight)))

        self.loop.run_until_complete(callers())
        return self.answer(latencies, start, cpu)


def main():
    library, hosts = sys.argv[1:3]
    host, _, port = hosts.split(",")[0].rpartition(":")
    say = lambda answer: print(json.dumps(answer), flush=True)
    try:
        bench = (Official if library == "aerospike" else Asyncio)(host.strip("[]"), int(port))
    except Exception as error:
        return say({"absent": repr(error)})
    say({"ready": True, "version": version(library.replace("_", "-"))})
    for line in sys.stdin:
        asked = json.loads(line)
        job = asked.pop("job")
        try:
            say(getattr(bench, job)(**asked) or {})
        except Exception as error:
            say({"error": repr(error)})
        if job == "end":
            return


main()
