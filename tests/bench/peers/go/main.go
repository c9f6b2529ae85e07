// The official Go client, as the bench uses one: the protocol is told in ../../lib/client-process.mjs. One goroutine a caller;
// GOMAXPROCS says how many threads run them.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math/bits"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	as "github.com/aerospike/aerospike-client-go/v8"
)

const namespace = "test"

type request struct {
	Job      string            `json:"job"`
	Sets     map[string]string `json:"sets"`
	Records  map[string]int    `json:"records"`
	What     string            `json:"what"`
	Set      string            `json:"set"`
	Rows     int               `json:"rows"`
	InFlight int               `json:"inFlight"`
	Ms       float64           `json:"ms"`
}

type act func(n int) error

var (
	client  *as.Client
	sets    map[string]string
	records map[string]int
	names   []string
	written [][]*as.Bin
	read    = as.NewPolicy()
	write   = as.NewWritePolicy(0, 0)
	batch   = as.NewBatchPolicy()
)

func main() {
	out := json.NewEncoder(os.Stdout)
	read.TotalTimeout = 10 * time.Second
	write.TotalTimeout = 10 * time.Second
	batch.TotalTimeout = 10 * time.Second
	policy := as.NewClientPolicy()
	policy.ConnectionQueueSize = 600
	host, port, err := seed(os.Args[1])
	if err == nil {
		var refused as.Error
		client, refused = as.NewClientWithPolicyAndHost(policy, as.NewHost(host, port))
		if refused != nil {
			err = refused
		}
	}
	if err != nil {
		out.Encode(map[string]string{"absent": err.Error()})
		return
	}
	defer client.Close()
	out.Encode(map[string]any{"ready": true, "version": version()})
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var asked request
		answer, err := map[string]any{}, json.Unmarshal(lines.Bytes(), &asked)
		if err == nil {
			answer, err = do(asked)
		}
		if err != nil {
			answer = map[string]any{"error": err.Error()}
		}
		out.Encode(answer)
		if asked.Job == "end" {
			return
		}
	}
}

func seed(hosts string) (string, int, error) {
	first := strings.Split(hosts, ",")[0]
	at := strings.LastIndex(first, ":")
	if at < 0 {
		return first, 3000, nil
	}
	port, err := strconv.Atoi(first[at+1:])
	return strings.Trim(first[:at], "[]"), port, err
}

func version() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, module := range info.Deps {
			if strings.Contains(module.Path, "aerospike-client-go") {
				return strings.TrimPrefix(module.Version, "v")
			}
		}
	}
	return ""
}

func do(asked request) (map[string]any, error) {
	switch asked.Job {
	case "use":
		return map[string]any{}, use(asked)
	case "run":
		return run(asked)
	case "end":
		return map[string]any{}, nil
	}
	return nil, fmt.Errorf("the job %s is not known", asked.Job)
}

func text(i int) string {
	return fmt.Sprintf("record %08d %s", i, strings.Repeat("x", 16))
}

func blob(i int) []byte {
	return []byte(strings.Repeat(string([]byte{byte(i)}), 16))
}

func use(asked request) error {
	sets, records, names = asked.Sets, asked.Records, nil
	for shape := range sets {
		if isNamed(shape) {
			for i := len(names); i < records[shape]; i++ {
				names = append(names, fmt.Sprintf("key-%d", i))
			}
		}
		for i := 0; i < records[shape]; i += (records[shape] + 199) / 200 {
			if err := check(shape, i); err != nil {
				return err
			}
		}
	}
	written = make([][]*as.Bin, records["single"])
	for i := range written {
		written[i] = []*as.Bin{
			as.NewBin("i", i), as.NewBin("d", float64(i)+0.5), as.NewBin("s", text(i)), as.NewBin("b", blob(i)),
			as.NewBin("l", []any{i, i + 1, i + 2}),
		}
	}
	return nil
}

func isNamed(shape string) bool {
	return shape == "single" || shape == "counters"
}

// key makes one for each operation, since that is when this client hashes it.
func key(shape string, i int) *as.Key {
	var id any = i
	if isNamed(shape) {
		id = names[i]
	}
	key, err := as.NewKey(namespace, sets[shape], id)
	if err != nil {
		panic(err)
	}
	return key
}

func check(shape string, i int) error {
	record, err := client.Get(read, key(shape, i))
	if err != nil {
		return err
	}
	bins := record.Bins
	wrong := shape != "counters" && bins["i"] != i
	if shape != "ints" {
		wrong = wrong || bins["d"] != float64(i)+0.5 || bins["s"] != text(i) || string(bins["b"].([]byte)) != string(blob(i))
	}
	if wrong {
		return fmt.Errorf("record %d of the set %s is %v", i, shape, bins)
	}
	return nil
}

func actOf(asked request) (act, error) {
	all := records[asked.Set]
	get := func(n int) error {
		record, err := client.Get(read, key(asked.Set, n%all))
		if err != nil {
			return err
		}
		return same(record.Bins["i"], n%all)
	}
	put := func(n int) error {
		if err := client.PutBins(write, key(asked.Set, n%all), written[n%all]...); err != nil {
			return err
		}
		return nil
	}
	switch asked.What {
	case "get":
		return get, nil
	case "put":
		return put, nil
	case "mix":
		return func(n int) error {
			if n&1 == 1 {
				return get(n)
			}
			return put(n)
		}, nil
	case "operate":
		ops := []*as.Operation{as.AddOp(as.NewBin("i", 1)), as.GetBinOp("i")}
		return func(n int) error {
			record, err := client.Operate(write, key(asked.Set, n%all), ops...)
			if err != nil {
				return err
			}
			// An op that gives nothing and one that does make a list of one or two, or the value alone.
			if value := record.Bins["i"]; value == nil {
				return fmt.Errorf("an increment gave nothing")
			}
			return nil
		}, nil
	case "batch":
		count := all / asked.Rows
		return func(n int) error {
			first := n % count * asked.Rows
			keys := make([]*as.Key, asked.Rows)
			for i := range keys {
				keys[i] = key(asked.Set, first+i)
			}
			found, err := client.BatchGet(batch, keys)
			if err != nil {
				return err
			}
			at := asked.Rows / 2
			return same(found[at].Bins["i"], first+at)
		}, nil
	case "query":
		statement := as.NewStatement(namespace, sets[asked.Set])
		return func(int) error {
			found, err := client.Query(nil, statement)
			if err != nil {
				return err
			}
			count := 0
			for result := range found.Results() {
				if result.Err != nil {
					return result.Err
				}
				if result.Record.Bins["i"] != nil {
					count++
				}
			}
			return same(count, asked.Rows)
		}, nil
	}
	return nil, fmt.Errorf("%s is not known", asked.What)
}

func same(got any, expected int) error {
	if got != expected {
		return fmt.Errorf("%v was read for %d", got, expected)
	}
	return nil
}

// The buckets of ../../lib/histogram.mjs.
const (
	sub     = 64
	subBits = 6
)

type histogram struct {
	counts [(31 - subBits + 1) * sub]uint32
	total  int
}

func (h *histogram) note(took time.Duration) {
	units := uint32(min(int64(took)/100, 0x7fffffff))
	shift := max(0, 31-subBits-bits.LeadingZeros32(units))
	h.counts[shift*sub+int(units>>shift)]++
	h.total++
}

func (h *histogram) at(share float64) float64 {
	left := int(float64(h.total)*share + 0.999999)
	for index, count := range h.counts {
		if left -= int(count); left <= 0 && count > 0 {
			shift := max(0, index>>subBits-1)
			return (float64(index-shift*sub) + 0.5) * float64(int(1)<<shift) / 10_000
		}
	}
	return 0
}

func run(asked request) (map[string]any, error) {
	do, err := actOf(asked)
	if err != nil {
		return nil, err
	}
	var lock sync.Mutex
	latencies, ops, next, failed := &histogram{}, 0, 0, error(nil)
	begin := func() int {
		lock.Lock()
		defer lock.Unlock()
		next += 7919 // a prime: neighbours are not asked for together
		return next
	}
	end := func(took time.Duration, err error) {
		lock.Lock()
		defer lock.Unlock()
		latencies.note(took)
		ops++
		if err != nil {
			failed = err
		}
	}
	cpu, start := cpuTime(), time.Now()
	until := start.Add(time.Duration(asked.Ms * float64(time.Millisecond)))
	var callers sync.WaitGroup
	for range asked.InFlight {
		callers.Add(1)
		go func() {
			defer callers.Done()
			for began := time.Now(); began.Before(until); {
				err := do(begin())
				now := time.Now()
				end(now.Sub(began), err)
				if err != nil {
					return
				}
				began = now
			}
		}()
	}
	callers.Wait()
	took, spent := time.Since(start), cpuTime()-cpu
	if failed != nil {
		return nil, failed
	}
	return map[string]any{
		"ops": ops, "tookMs": float64(took) / float64(time.Millisecond), "cpuUs": float64(spent) / float64(time.Microsecond),
		"p50Ms": latencies.at(0.5), "p99Ms": latencies.at(0.99), "p999Ms": latencies.at(0.999),
	}, nil
}

func cpuTime() time.Duration {
	var usage syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
