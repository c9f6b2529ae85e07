// The official Java client, as the bench uses one: the protocol is told in ../../lib/client-process.mjs. Its asynchronous
// calls on one event loop; a caller that has its answer asks again from within the loop.

import com.aerospike.client.AerospikeClient;
import com.aerospike.client.AerospikeException;
import com.aerospike.client.Bin;
import com.aerospike.client.Host;
import com.aerospike.client.Key;
import com.aerospike.client.Log;
import com.aerospike.client.Operation;
import com.aerospike.client.Record;
import com.aerospike.client.async.EventLoop;
import com.aerospike.client.async.EventPolicy;
import com.aerospike.client.async.NioEventLoops;
import com.aerospike.client.listener.RecordArrayListener;
import com.aerospike.client.listener.RecordListener;
import com.aerospike.client.listener.RecordSequenceListener;
import com.aerospike.client.listener.WriteListener;
import com.aerospike.client.policy.BatchPolicy;
import com.aerospike.client.policy.ClientPolicy;
import com.aerospike.client.policy.Policy;
import com.aerospike.client.policy.QueryPolicy;
import com.aerospike.client.policy.WritePolicy;
import com.aerospike.client.query.Statement;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

public final class Bench {
    static final String NAMESPACE = "test";
    static final com.sun.management.OperatingSystemMXBean SYSTEM =
        (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    final AerospikeClient client;
    final NioEventLoops loops;
    final EventLoop loop;
    final Policy read = new Policy();
    final WritePolicy write = new WritePolicy();
    final BatchPolicy batch = new BatchPolicy();
    final QueryPolicy query = new QueryPolicy();
    final Operation[] addAndRead = {Operation.add(new Bin("i", 1)), Operation.get("i")};
    final Map<String, Ids> ids = new HashMap<>();
    Map<String, String> sets = new HashMap<>();
    Bin[][] written = {};

    Bench(String hosts) {
        String first = hosts.split(",")[0];
        int colon = first.lastIndexOf(':');
        loops = new NioEventLoops(new EventPolicy(), 1);
        loop = loops.get(0);
        ClientPolicy policy = new ClientPolicy();
        policy.eventLoops = loops;
        policy.maxConnsPerNode = 600;
        policy.asyncMaxConnsPerNode = 600;
        read.setTimeouts(0, 10_000);
        write.setTimeouts(0, 10_000);
        batch.setTimeouts(0, 10_000);
        client = new AerospikeClient(policy, new Host(first.substring(0, colon), Integer.parseInt(first.substring(colon + 1))));
    }

    public static void main(String[] args) throws Exception {
        Log.setCallback(null);
        PrintStream out = System.out;
        Bench bench;
        try {
            bench = new Bench(args[0]);
        } catch (Exception error) {
            out.println("{\"absent\":" + quoted(error.toString()) + "}");
            return;
        }
        String version = AerospikeClient.class.getPackage().getImplementationVersion();
        out.println("{\"ready\":true,\"version\":" + quoted(version == null ? versionOfJar() : version) + "}");
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String job = text(line, "job");
            String answer;
            try {
                answer = job.equals("use") ? bench.use(line) : job.equals("run") ? bench.run(line) : "{}";
            } catch (Exception error) {
                answer = "{\"error\":" + quoted(error.toString()) + "}";
            }
            out.println(answer);
            if (job.equals("end")) break;
        }
        bench.client.close();
        bench.loops.close();
        System.exit(0);
    }

    // ---- The little of JSON that the protocol has

    static String quoted(String text) {
        return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"").replaceAll("\\p{Cntrl}", " ") + "\"";
    }

    static String text(String line, String name) {
        Matcher found = Pattern.compile("\"" + name + "\":\"([^\"]*)\"").matcher(line);
        return found.find() ? found.group(1) : "";
    }

    static double number(String line, String name) {
        Matcher found = Pattern.compile("\"" + name + "\":([0-9.]+)").matcher(line);
        return found.find() ? Double.parseDouble(found.group(1)) : 0;
    }

    /** A flat object of text or numbers, as text. */
    static Map<String, String> object(String line, String name) {
        Map<String, String> entries = new HashMap<>();
        Matcher found = Pattern.compile("\"" + name + "\":\\{([^}]*)\\}").matcher(line);
        if (!found.find()) return entries;
        Matcher entry = Pattern.compile("\"([^\"]+)\":\"?([^\",]+)\"?").matcher(found.group(1));
        while (entry.find()) entries.put(entry.group(1), entry.group(2));
        return entries;
    }

    static String versionOfJar() {
        String path = AerospikeClient.class.getProtectionDomain().getCodeSource().getLocation().getPath();
        Matcher found = Pattern.compile("-([0-9.]+)\\.jar$").matcher(path);
        return found.find() ? found.group(1) : "";
    }

    // ---- Records

    /** The ids of a set's records. A key is made for each operation, since that is when this client hashes it. */
    static final class Ids {
        final String set;
        final int count;
        /** null: the numbers themselves. */
        final String[] names;

        Ids(String shape, String set, int count) {
            this.set = set;
            this.count = count;
            boolean named = shape.equals("single") || shape.equals("counters");
            names = named ? new String[count] : null;
            for (int i = 0; named && i < count; i++) names[i] = "key-" + i;
        }

        Key key(int i) {
            return names == null ? new Key(NAMESPACE, set, i) : new Key(NAMESPACE, set, names[i]);
        }

        Key[] keys(int from, int rows) {
            Key[] keys = new Key[rows];
            for (int i = 0; i < rows; i++) keys[i] = key(from + i);
            return keys;
        }
    }

    static String textOf(int i) {
        return String.format("record %08d xxxxxxxxxxxxxxxx", i);
    }

    static byte[] blobOf(int i) {
        byte[] blob = new byte[16];
        Arrays.fill(blob, (byte) i);
        return blob;
    }

    String use(String line) {
        sets = object(line, "sets");
        Map<String, String> records = object(line, "records");
        ids.clear();
        for (Map.Entry<String, String> entry : sets.entrySet()) {
            String shape = entry.getKey();
            Ids all = new Ids(shape, entry.getValue(), Integer.parseInt(records.get(shape)));
            ids.put(shape, all);
            for (int i = 0; i < all.count; i += (all.count + 199) / 200) check(shape, i, client.get(read, all.key(i)));
        }
        written = new Bin[ids.get("single").count][];
        for (int i = 0; i < written.length; i++) {
            written[i] = new Bin[] {
                new Bin("i", i), new Bin("d", i + 0.5), new Bin("s", textOf(i)), new Bin("b", blobOf(i)),
                new Bin("l", List.of(i, i + 1, i + 2)),
            };
        }
        return "{}";
    }

    static void check(String shape, int i, Record record) {
        boolean right = shape.equals("counters") || record.getLong("i") == i;
        if (!shape.equals("ints")) {
            right &= record.getDouble("d") == i + 0.5 && textOf(i).equals(record.getString("s"));
            right &= Arrays.equals(blobOf(i), (byte[]) record.getValue("b"));
        }
        if (!right) throw new IllegalStateException("record " + i + " of the set " + shape + " is " + record);
    }

    // ---- Runs

    /** The buckets of ../../lib/histogram.mjs. */
    static final class Histogram {
        static final int SUB_BITS = 6;
        static final int SUB = 1 << SUB_BITS;
        final int[] counts = new int[(31 - SUB_BITS + 1) * SUB];
        int total;

        void note(long ns) {
            int units = (int) Math.min(ns / 100, Integer.MAX_VALUE);
            int shift = Math.max(0, 31 - SUB_BITS - Integer.numberOfLeadingZeros(units));
            counts[shift * SUB + (units >> shift)]++;
            total++;
        }

        double at(double share) {
            double left = total * share;
            for (int index = 0; index < counts.length; index++) {
                left -= counts[index];
                if (left <= 0 && counts[index] > 0) {
                    int shift = Math.max(0, (index >> SUB_BITS) - 1);
                    return (index - shift * SUB + 0.5) * (1L << shift) / 10_000;
                }
            }
            return 0;
        }
    }

    /** One run. All but its beginning and end happens on the event loop. */
    final class Run {
        final String what;
        final Ids all;
        final int rows;
        final Statement statement = new Statement();
        final long until;
        final Histogram latencies = new Histogram();
        final CountDownLatch left;
        volatile Exception failure;
        int number;

        Run(String line, long start) {
            what = text(line, "what");
            all = ids.get(text(line, "set"));
            rows = (int) number(line, "rows");
            until = start + (long) (number(line, "ms") * 1e6);
            left = new CountDownLatch((int) number(line, "inFlight"));
            statement.setNamespace(NAMESPACE);
            statement.setSetName(sets.get(text(line, "set")));
        }

        /** One that asks again when it has its answer. */
        final class Caller implements RecordListener, WriteListener, RecordArrayListener, RecordSequenceListener, Runnable {
            long began;
            long expected;
            int found;

            @Override
            public void run() {
                began = System.nanoTime();
                ask();
            }

            void ask() {
                if (began >= until || failure != null) {
                    left.countDown();
                    return;
                }
                number += 7919; // a prime: neighbours are not asked for together
                if (number < 0) number = 7919;
                int i = number % all.count;
                expected = i;
                found = 0;
                try {
                    switch (what) {
                        case "get" -> client.get(loop, this, read, all.key(i));
                        case "put" -> client.put(loop, this, write, all.key(i), written[i]);
                        case "mix" -> {
                            if ((number & 1) == 1) client.get(loop, this, read, all.key(i));
                            else client.put(loop, this, write, all.key(i), written[i]);
                        }
                        case "operate" -> {
                            expected = -1;
                            client.operate(loop, this, write, all.key(i), addAndRead);
                        }
                        case "batch" -> {
                            int first = number % (all.count / rows) * rows;
                            expected = first + rows / 2;
                            client.get(loop, (RecordArrayListener) this, batch, all.keys(first, rows));
                        }
                        case "query" -> client.query(loop, this, query, statement);
                        default -> throw new IllegalArgumentException(what + " is not known");
                    }
                } catch (Exception error) {
                    fail(error);
                }
            }

            void answered() {
                long now = System.nanoTime();
                latencies.note(now - began);
                began = now;
                ask();
            }

            void same(long got) {
                if (expected >= 0 ? got == expected : got > 0) answered();
                else fail(new IllegalStateException(got + " was read for " + expected));
            }

            void fail(Exception error) {
                failure = error;
                left.countDown();
            }

            @Override
            public void onSuccess(Key key, Record record) {
                // Two ops on one bin: the increment gives nothing, or the value is the last of a list.
                same(record.getLong("i"));
            }

            @Override
            public void onSuccess(Key key) {
                answered();
            }

            @Override
            public void onSuccess(Key[] some, Record[] records) {
                same(records[rows / 2].getLong("i"));
            }

            @Override
            public void onRecord(Key key, Record record) {
                if (record.getValue("i") != null) found++;
            }

            @Override
            public void onSuccess() {
                expected = rows;
                same(found);
            }

            @Override
            public void onFailure(AerospikeException error) {
                fail(error);
            }
        }
    }

    String run(String line) throws Exception {
        long cpu = SYSTEM.getProcessCpuTime();
        long start = System.nanoTime();
        Run run = new Run(line, start);
        int inFlight = (int) number(line, "inFlight");
        for (int i = 0; i < inFlight; i++) loop.execute(run.new Caller());
        run.left.await();
        double tookMs = (System.nanoTime() - start) / 1e6;
        double cpuUs = (SYSTEM.getProcessCpuTime() - cpu) / 1e3;
        if (run.failure != null) throw run.failure;
        Histogram latencies = run.latencies;
        return String.format(
            java.util.Locale.ROOT,
            "{\"ops\":%d,\"tookMs\":%.3f,\"cpuUs\":%.3f,\"p50Ms\":%.5f,\"p99Ms\":%.5f,\"p999Ms\":%.5f}",
            latencies.total, tookMs, cpuUs, latencies.at(0.5), latencies.at(0.99), latencies.at(0.999));
    }
}
