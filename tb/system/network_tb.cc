// SPDX-License-Identifier: Apache-2.0
//
// System bench: loads an image into dpwa_top, streams inputs through it and records what the machine stores.
//
//   network_tb --image FILE --inputs FILE --dump FILE [--trace FILE.fst] [--stall SEED] [--reset-after
//   CYCLES]
//
// image, inputs: 32-bit little-endian words; the inputs file starts with the number of packets, then the
// packets. dump: 32-bit words, records of [kind, cycle, payload ...] (dump_format.h); the caller compares
// them with the golden model. The bench itself checks what needs no reference: no X-like silence (a time
// limit per packet), the loader's error flags, that inputs of a wrong length are dropped, one output per
// input; with a register port also what its registers say. It exits 0 only when every input came back.
// --stall: valid and ready drop at random. --reset-after: reset once, that many cycles into the first
// inference; then everything is sent again.

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "Vdpwa_top.h"
#include "dump_format.h"
#include "verilated.h"
#if __has_include("../dpwa_registers.h")
#include "../dpwa_registers.h"
#include "register_port.h"
#endif
#if VM_TRACE
#include "verilated_fst_c.h"
#endif

namespace {

using Words = std::vector<std::uint32_t>;

[[noreturn]] void die(const std::string& message, int status = 1) {
  std::fprintf(stderr, "network_tb: %s\n", message.c_str());
  std::exit(status);
}

/// Exit status for a file that cannot be read or written, as of dpwa.
constexpr int kFileProblem = 5;

Words read_words(const std::string& path) {
  std::FILE* file = std::fopen(path.c_str(), "rb");
  if (file == nullptr) die("cannot open " + path, kFileProblem);
  Words words;
  std::uint32_t buffer[4096];
  for (std::size_t n; (n = std::fread(buffer, 4, 4096, file)) > 0;)
    words.insert(words.end(), buffer, buffer + n);
  std::fclose(file);
  return words;
}

/// Counters of the weight stream, of a design that has one: overload 0 is tried first.
template <typename Top>
auto weight_counters(const Top& top, int)
    -> std::enable_if_t<(sizeof(top.refill_words_o) > 0), std::array<std::uint32_t, 2>> {
  return {top.refill_words_o, top.weight_stalls_o};
}
template <typename Top>
std::array<std::uint32_t, 2> weight_counters(const Top&, long) {
  return {0, 0};
}

/// Which digits of the observed word are stored, of a design that stores them one by one; else all.
template <typename Top>
auto stored_digits(const Top& top, int)
    -> std::enable_if_t<(sizeof(top.observe_digits_o) > 0), std::uint32_t> {
  return top.observe_digits_o;
}
template <typename Top>
std::uint32_t stored_digits(const Top&, long) {
  return ~0u;
}

/// Selects a PCU counter at the ports of a design without registers; false: it has registers.
template <typename Top>
auto select_counter(Top& top, int tensor, int index, int)
    -> std::enable_if_t<(sizeof(top.counter_node_i) > 0), bool> {
  top.counter_node_i = tensor;
  top.counter_index_i = index;
  return true;
}
template <typename Top>
bool select_counter(Top&, int, int, long) {
  return false;
}

/// The clock, the streams and the record of one run.
class Bench {
 public:
  Bench(const std::string& dump, const std::string& trace, std::uint32_t stall_seed)
      : dump_(std::fopen(dump.c_str(), "wb")), stall_(stall_seed) {
    if (dump_ == nullptr) die("cannot write " + dump, kFileProblem);
#if VM_TRACE
    if (!trace.empty()) {
      context_.traceEverOn(true);
      trace_ = std::make_unique<VerilatedFstC>();
      top_.trace(trace_.get(), 99);
      trace_->open(trace.c_str());
    }
#else
    if (!trace.empty()) die("built without tracing");
#endif
  }
  ~Bench() {
    top_.final();
#if VM_TRACE
    if (trace_) trace_->close();
#endif
    const bool lost = std::ferror(dump_) != 0;
    if (std::fclose(dump_) != 0 || lost) die("cannot write the dump file (disk full?)", kFileProblem);
  }

  void reset() {
    top_.rst_ni = 0;
    for (int i = 0; i < 8; ++i) cycle();
    top_.rst_ni = 1;
    running_ = false;
  }

#ifdef DPWA_REGISTERS_H
  /// Right after reset: constants, reset values, and what a refused input leaves behind.
  void check_registers_after_reset() {
    expect("ID", DPWA_ID_OFFSET, DPWA_ID_VALUE);
    expect("VERSION", DPWA_VERSION_OFFSET, DPWA_VERSION_VALUE);
    expect("CONFIG_HASH", DPWA_CONFIG_HASH_OFFSET, DPWA_CONFIG_HASH_VALUE);
    expect("LANES", DPWA_LANES_OFFSET, DPWA_LANES_VALUE);
    expect("GROUPS", DPWA_GROUPS_OFFSET, DPWA_GROUPS_VALUE);
    expect("PRODUCTS", DPWA_PRODUCTS_OFFSET, DPWA_PRODUCTS_VALUE);
    expect("PLANES_MAX", DPWA_PLANES_MAX_OFFSET, DPWA_PLANES_MAX_VALUE);
    expect("STATUS", DPWA_STATUS_OFFSET, 0);
    expect("FLAGS", DPWA_FLAGS_OFFSET, 0);
#ifdef DPWA_OUTPUT_MODE_OFFSET
    expect("OUTPUT_MODE", DPWA_OUTPUT_MODE_OFFSET, 0);
#endif
    const std::uint32_t input[3] = {4u << 28, 1, 0};
    send(input, 2);
    expect("STATUS", DPWA_STATUS_OFFSET, DPWA_STATUS_PACKET_MASK | kRefused << DPWA_STATUS_LOADER_ERRORS_LSB);
    send(input + 2, 1);
    port_.write(DPWA_FLAGS_OFFSET, DPWA_FLAGS_REFUSED_MASK);
    expect("FLAGS", DPWA_FLAGS_OFFSET, DPWA_FLAGS_REFUSED_MASK);  // the loader keeps the error until BEGIN
  }
  void check_registers_with_image() {
    expect("STATUS", DPWA_STATUS_OFFSET, DPWA_STATUS_IMAGE_VALID_MASK);
    expect("FLAGS", DPWA_FLAGS_OFFSET, DPWA_FLAGS_REFUSED_MASK);
    port_.write(DPWA_FLAGS_OFFSET, DPWA_FLAGS_REFUSED_MASK);
    expect("FLAGS", DPWA_FLAGS_OFFSET, 0);
  }
  /// While an input is computed.
  void check_registers_at_work() {
    expect("STATUS", DPWA_STATUS_OFFSET, DPWA_STATUS_IMAGE_VALID_MASK | DPWA_STATUS_BUSY_MASK);
  }
  void check_registers_after_wrong_inputs() {
    expect("STATUS", DPWA_STATUS_OFFSET,
           DPWA_STATUS_IMAGE_VALID_MASK | kWrongLength << DPWA_STATUS_LOADER_ERRORS_LSB);
    expect("FLAGS", DPWA_FLAGS_OFFSET, DPWA_FLAGS_LENGTH_MASK);
  }
  void check_registers_at_the_end(std::uint32_t images) {
    expect("STATUS", DPWA_STATUS_OFFSET, DPWA_STATUS_IMAGE_VALID_MASK);
    expect("IMAGES", DPWA_IMAGES_OFFSET, images);
    expect("CYCLES", DPWA_CYCLES_OFFSET, top_.cycles_o);
    expect("TRANSFER_CYCLES", DPWA_TRANSFER_CYCLES_OFFSET, top_.transfer_o);
    port_.write(DPWA_FLAGS_OFFSET, ~0u);
    expect("FLAGS", DPWA_FLAGS_OFFSET, 0);
  }
#else
  void check_registers_after_reset() {}
  void check_registers_with_image() {}
  void check_registers_at_work() {}
  void check_registers_after_wrong_inputs() {}
  void check_registers_at_the_end(std::uint32_t) {}
#endif

  /// Sends words in order; collects outputs alongside.
  void send(const std::uint32_t* words, std::size_t count) {
    std::size_t sent = 0;
    while (sent < count) {
      const bool offer = !stalls();
      top_.s_axis_tvalid_i = offer;
      top_.s_axis_tdata_i = words[sent];
      top_.eval();
      const bool taken = offer && top_.s_axis_tready_o;
      cycle();
      if (taken) {
        ++sent;
        silent_ = 0;
      } else if (++silent_ > kTimeLimit) {
        die("time limit: the machine takes no words");
      }
    }
    top_.s_axis_tvalid_i = 0;
  }

  /// Runs until `outputs` inferences are back.
  void wait_for(std::uint64_t outputs) {
    while (done_ < outputs) {
      cycle();
      if (++silent_ > kTimeLimit) die("time limit: an output is missing");
    }
  }

  /// Reads and records the PCU counters of every tensor of the newest inference.
  void record_counters() {
    run(kCountersSettle);
    for (int tensor = 0; tensor <= nodes_; ++tensor) {
      for (int index = 0; index < dpwa::dump::kCounters; ++index) {
        record(dpwa::dump::Kind::counter, {read_counter(tensor, index)});
      }
    }
  }

  void run(std::uint64_t cycles) {
    for (std::uint64_t i = 0; i < cycles; ++i) cycle();
  }
  void wait_for_run() {
    while (!running_) {
      cycle();
      if (++silent_ > kTimeLimit) die("time limit: the inference does not begin");
    }
  }

  void check_image() {
    if (top_.errors_o != 0 || !top_.image_valid_o) {
      die("the loader refused the image, error flags " + std::to_string(top_.errors_o));
    }
  }
  /// Sends inputs of another length than `words`; the next one of the right length must not notice.
  void send_wrong_inputs(std::uint32_t words) {
    for (const std::uint32_t wrong : {words - 1, words + 1}) {
      Words packet(2 + wrong, 0x5a5a5a5a);
      packet[0] = 4u << 28;
      packet[1] = wrong;
      send(packet.data(), packet.size());
      if (top_.errors_o != kWrongLength || !top_.image_valid_o) {
        die("an input of a wrong length: error flags " + std::to_string(top_.errors_o));
      }
      check_registers_after_wrong_inputs();
    }
  }
  std::uint64_t cycles() const { return now_; }

 private:
  static constexpr std::uint32_t kRefused = 16, kWrongLength = 32;  ///< error flags of the loader
  static constexpr std::uint64_t kTimeLimit = 200'000'000;
  static constexpr std::uint64_t kCountersSettle = 16;  ///< after the last event (dpwa_pcu_counters)
  static constexpr std::uint64_t kCounterLatency = 3;

  bool stalls() {
    if (stall_ == 0) return false;
    stall_ ^= stall_ << 13;
    stall_ ^= stall_ >> 17;
    stall_ ^= stall_ << 5;
    return (stall_ & 3) == 0;
  }

#ifdef DPWA_REGISTERS_H
  void expect(const char* name, std::uint32_t offset, std::uint32_t value) {
    const std::uint32_t found = port_.read(offset);
    if (found == value) return;
    die(std::string("register ") + name + " reads " + std::to_string(found) + ", expected " +
        std::to_string(value));
  }
#endif

  std::uint32_t read_counter(int tensor, int index) {
    if (select_counter(top_, tensor, index, 0)) {
      run(kCounterLatency);
      return top_.counter_o;
    }
#ifdef DPWA_COUNTER_SELECT_OFFSET
    port_.write(DPWA_COUNTER_SELECT_OFFSET,
                static_cast<std::uint32_t>(tensor) << DPWA_COUNTER_SELECT_TENSOR_LSB |
                    static_cast<std::uint32_t>(index) << DPWA_COUNTER_SELECT_INDEX_LSB);
    return port_.read(DPWA_COUNTER_VALUE_OFFSET);
#else
    return 0;
#endif
  }

  void record(dpwa::dump::Kind kind, std::initializer_list<std::uint32_t> payload) {
    record(kind, payload.begin(), payload.size());
  }
  void record(dpwa::dump::Kind kind, const std::array<std::uint32_t, 2>& payload) {
    record(kind, payload.data(), payload.size());
  }
  void record(dpwa::dump::Kind kind, const std::uint32_t* payload, std::size_t words) {
    const std::uint32_t head[2] = {static_cast<std::uint32_t>(kind), static_cast<std::uint32_t>(now_)};
    std::fwrite(head, 4, 2, dump_);
    if (std::fwrite(payload, 4, words, dump_) != words)
      die("cannot write the dump file (disk full?)", kFileProblem);
  }

  /// What happened in this cycle, before the clock edge.
  void observe() {
    using dpwa::dump::Kind;
    if (top_.observe_fetch_o) {
      record(Kind::run, {});
      running_ = true;
      beats_ = 0;
      nodes_ = 0;
      silent_ = 0;
    }
    if (top_.observe_start_o) {
      record(Kind::node, {});
      if (nodes_ > 0) record(Kind::weights, weight_counters(top_, 0));
      ++nodes_;
    }
    beats_ += static_cast<std::uint32_t>(__builtin_popcount(top_.observe_beats_o));
    if (top_.observe_tile_we_o) {
      record(Kind::tile, {top_.observe_tile_o, top_.observe_planes_o});
    }
    if (top_.observe_word_we_o) {
      record(Kind::word, {top_.observe_word_addr_o, stored_digits(top_, 0)});
      std::fwrite(&top_.observe_word_o, 1, kWordBytes, dump_);
    }
    if (top_.observe_done_o) {
      record(Kind::done, {beats_});
      record(Kind::weights, weight_counters(top_, 0));
      beats_ = 0;
    }
    if (top_.m_axis_tvalid_o && top_.m_axis_tready_i) {
      record(Kind::output, {top_.m_axis_tdata_o, top_.m_axis_tlast_o});
      if (top_.m_axis_tlast_o) {
        ++done_;
        running_ = false;
        silent_ = 0;
        ended_ = true;
      }
    }
  }

  void cycle() {
    top_.m_axis_tready_i = !stalls();
    top_.clk_i = 0;
    top_.eval();
    dump_trace(2 * now_);
    if (top_.rst_ni) observe();
    top_.clk_i = 1;
    top_.eval();
    dump_trace(2 * now_ + 1);
    ++now_;
    if (ended_) {
      record(dpwa::dump::Kind::end, {top_.cycles_o, top_.transfer_o});
      ended_ = false;
    }
  }

  void dump_trace([[maybe_unused]] std::uint64_t time) {
#if VM_TRACE
    if (trace_) trace_->dump(time);
#endif
  }

  static constexpr std::size_t kWordBytes = sizeof(Vdpwa_top::observe_word_o);

  VerilatedContext context_;
  Vdpwa_top top_{&context_};
#if VM_TRACE
  std::unique_ptr<VerilatedFstC> trace_;
#endif
#ifdef DPWA_REGISTERS_H
  RegisterPort<Vdpwa_top> port_{top_, [this] { cycle(); }, [this] { return stalls(); }};
#endif
  std::FILE* dump_;
  std::uint32_t stall_;
  std::uint64_t now_ = 0;
  std::uint64_t done_ = 0;
  std::uint64_t silent_ = 0;
  std::uint32_t beats_ = 0;
  int nodes_ = 0;  ///< begun since run
  bool running_ = false;
  bool ended_ = false;
};

std::string option(int argc, char** argv, const char* name) {
  for (int i = 1; i + 1 < argc; ++i) {
    if (std::strcmp(argv[i], name) == 0) return argv[i + 1];
  }
  return "";
}

}  // namespace

int main(int argc, char** argv) {
  const Words image = read_words(option(argc, argv, "--image"));
  const Words inputs = read_words(option(argc, argv, "--inputs"));
  const std::string stall = option(argc, argv, "--stall");
  const std::string reset_after = option(argc, argv, "--reset-after");
  const std::string before = option(argc, argv, "--before");
  if (inputs.empty() || inputs[0] == 0) die("no inputs");

  Bench bench(option(argc, argv, "--dump"), option(argc, argv, "--trace"),
              static_cast<std::uint32_t>(std::strtoul(stall.c_str(), nullptr, 10)));
  const auto start = [&] {
    bench.reset();
    bench.check_registers_after_reset();
    if (!before.empty()) {
      const Words other = read_words(before);
      bench.send(other.data(), other.size());
      bench.wait_for(1);
    }
    bench.send(image.data(), image.size());
    bench.run(4);
    bench.check_image();
    bench.check_registers_with_image();
    bench.send_wrong_inputs(inputs.at(2));
  };
  start();
  if (!reset_after.empty()) {
    bench.send(inputs.data() + 1, 2 + inputs[2]);
    bench.wait_for_run();
    bench.run(std::strtoul(reset_after.c_str(), nullptr, 10));
    start();
  }
  const std::uint32_t earlier = before.empty() ? 0 : 1;
  std::size_t at = 1;
  for (std::uint32_t i = 0; i < inputs[0]; ++i) {
    const std::size_t size = 2 + inputs.at(at + 1);
    bench.send(inputs.data() + at, size);
    bench.check_registers_at_work();
    bench.wait_for(earlier + i + 1);
    bench.record_counters();
    at += size;
    std::printf("image %u of %u\n", i + 1, inputs[0]);
    std::fflush(stdout);
  }
  bench.check_registers_at_the_end(earlier + inputs[0]);
  std::printf("cycles %llu\n", static_cast<unsigned long long>(bench.cycles()));
  return 0;
}
