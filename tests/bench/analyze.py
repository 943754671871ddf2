#!/usr/bin/env python3
"""analyze on real generations: analyze.py BUILD [files]

 1. where the time goes, stage by stage (bench_analyze)
 2. MB of JSON lines a second, a core, with all rules and with the least, one
    thread and one for each core
 3. one text of 1, 16 and 100 MB: time and memory a byte, beside the phrases by
    libsais and KKP2n (the folders LIBSAIS and KKP), zstd and xz
 4. many small files (alone with "files"): one run with a thread for each core,
    and GNU parallel, beside the ideal, which is the time of one thread over
    the cores, and beside what this machine makes of it: a process for each
    core, that many parts of the files

The records are those of LILSCOPE_CORPUS, as corpus.py makes it, else those of
LILSCOPE_DATA; the texts of all are the one text, from its beginning again
where they are not enough. Times are processor time, the median of RUNS in
turns; what waits for nothing but the processor is told by the clock, too.
Exits with 1 when the phrases are not the peer's, or a thread for each core is
slower than 1.1 of the ideal, or says anything else. ANALYZE_MB names other sizes
than "1 16 100", ANALYZE_FILES another number than 10000, ANALYZE_RUNS than 3.
"""
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

RUNS = int(os.environ.get("ANALYZE_RUNS", "3"))
SAMPLE_BYTES = 12e6
CORES = os.cpu_count() or 1
ROOT = os.path.dirname(os.path.abspath(__file__))


def records():
    corpus, found = os.environ.get("LILSCOPE_CORPUS", ""), False
    for name in ("unseen", "fit", "calibrate"):
        path = os.path.join(corpus, name + ".jsonl")
        if corpus and os.path.exists(path):
            found = True
            with open(path, "rb") as lines:
                yield from lines
    if found:
        return
    data = os.environ.get("LILSCOPE_DATA",
                          os.path.join(ROOT, "../../../shared/data"))
    made = subprocess.run([sys.executable, ROOT + "/rules.py", data],
                          stdout=subprocess.PIPE)
    yield from made.stdout.splitlines(keepends=True)


def spent(build, argv):
    """Processor seconds, seconds, most bytes of memory, what it printed. By
    way of a small program: a child of this one would have had its memory."""
    start = time.monotonic()
    child = subprocess.Popen([build + "/tests/bench/bench_analyze", "-u"] +
                             argv, stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out, told = child.communicate()
    cpu, most = map(float, told.split())
    return cpu, time.monotonic() - start, most, out


def in_turns(build, commands):
    """For each name the medians of spent(), and the last output."""
    took = {name: [] for name in commands}
    for _ in range(RUNS):
        for name, argv in commands.items():
            took[name].append(spent(build, argv))
    return {name: [statistics.median(column) for column in
                   list(zip(*all_))[:3]] + [all_[-1][3]]
            for name, all_ in took.items()}


def table_cores(build, path):
    lilscope = build + "/lilscope"
    size = os.path.getsize(path)
    usual = [lilscope, "analyze", "--no-config"]
    rows = in_turns(build, {
        "all rules, -j1": usual + ["-j1", path],
        "all rules, --json": usual + ["-j1", "--json", path],
        "two rules, -j1": usual + ["--no-rivals", "-j1", path],
        "all rules, -j%d" % CORES: usual + ["-j%d" % CORES, path]})
    print("%-22s %12s %10s" % ("%.0f MB of JSON lines" % (size / 1e6),
                               "MB/s a core", "MB/s"))
    for name, (cpu, wall, _, _) in rows.items():
        print("%-22s %12.1f %10.1f" % (name, size / cpu / 1e6,
                                       size / wall / 1e6))


def build_peer(tmp):
    sais, kkp = os.environ.get("LIBSAIS", ""), os.environ.get("KKP", "")
    if not (sais and kkp):
        print("no peer (LIBSAIS, a checkout; KKP, the folder of "
              "compute_lz77.hpp): left out")
        return None
    subprocess.run(["cc", "-O3", "-I" + sais + "/include", "-c", "-o",
                    tmp + "/sais.o", sais + "/src/libsais.c"], check=True)
    subprocess.run(["c++", "-O3", "-DNDEBUG", "-I" + sais + "/include",
                    "-I" + kkp, "-o", tmp + "/peer", ROOT + "/peer_kkp.cc",
                    tmp + "/sais.o"], check=True)
    return tmp + "/peer"


def table_texts(build, text, tmp):
    peer, fine = build_peer(tmp), True
    print("%-8s %-22s %8s %9s %9s" % ("text", "", "s", "ns/byte", "B/byte"))
    for mb in os.environ.get("ANALYZE_MB", "1 16 100").split():
        path, size = tmp + "/text", int(float(mb) * 1e6)
        with open(path, "wb") as out:
            while size > 0:
                size -= out.write(text[:size])
        size = os.path.getsize(path)
        commands = {
            "phrases, lrs": [build + "/tests/bench/bench_analyze", "-p", path],
            "analyze, all rules": [build + "/lilscope", "analyze",
                                   "--no-config", "-j1", path],
            "analyze, two rules": [build + "/lilscope", "analyze",
                                   "--no-config", "--no-rivals", "-j1", path]}
        if peer:
            commands["libsais, KKP2n"] = [peer, path]
        if shutil.which("zstd"):
            commands["zstd -19 --long=27"] = ["zstd", "-19", "--long=27",
                                              "--single-thread", "-c", path]
        if shutil.which("xz"):
            commands["xz -6"] = ["xz", "-6", "-T1", "-c", path]
        rows = in_turns(build, commands)
        for name, (cpu, _, rss, _) in rows.items():
            print("%5s MB %-22s %8.2f %9.0f %9.1f" %
                  (mb, name, cpu, cpu / size * 1e9, rss / size))
        if peer and rows["phrases, lrs"][3] != rows["libsais, KKP2n"][3]:
            print("the phrases are not the peer's")
            fine = False
    return fine


def table_files(build, lines, tmp):
    lilscope = build + "/lilscope"
    n = int(os.environ.get("ANALYZE_FILES", "10000"))
    folder, names = tmp + "/files", []
    os.mkdir(folder)
    for i in range(n):
        names.append("%s/%05d.txt" % (folder, i))
        with open(names[-1], "w") as out:
            out.write(json.loads(lines[i % len(lines)])["text"])
    lists = [tmp + "/names"] + [tmp + "/part%d" % i for i in range(CORES)]
    for path, part in zip(lists, [names] + [names[i::CORES]
                                            for i in range(CORES)]):
        with open(path, "w") as out:
            out.writelines(name + "\n" for name in part)
    run = [lilscope, "analyze", "--no-config", "--json"]
    all_cores = "-j%d" % CORES
    commands = {"-j1": run + ["-j1", folder],
                all_cores: run + [all_cores, folder],
                "%d of -j1, a part each" % CORES: [
                    "sh", "-c", 'for part; do xargs -a "$part" "%s" analyze '
                    '--no-config --json -j1 >"$part.out" & done; wait' %
                    lilscope, "sh"] + lists[1:]}
    if shutil.which("parallel"):
        commands["parallel %s -X" % all_cores] = \
            ["parallel", "--will-cite", all_cores, "-X", "-k", "-a",
             lists[0]] + run + ["-j1", "{}"]
    else:
        print("no GNU parallel: left out")
    rows, fine = in_turns(build, commands), True
    ideal = rows["-j1"][1] / CORES
    print("%-26s %8s %8s %8s %16s" % ("%d files of %.0f KB" % (
        n, sum(map(os.path.getsize, names)) / n / 1e3), "CPU s", "s",
        "files/s", "of the ideal"))
    for name, (cpu, wall, _, out) in rows.items():
        print("%-26s %8.2f %8.2f %8.0f %16.2f" % (name, cpu, wall, n / wall,
                                                  wall / ideal))
        if out and out != rows["-j1"][3]:
            print("%s says other than -j1" % name)
            fine = False
    if rows[all_cores][1] > 1.1 * ideal:
        print("%s is slower than 1.1 of the ideal" % all_cores)
        fine = False
    said = rows["-j1"][3].count(b"\n")
    if said != n:
        print("%d lines of %d files" % (said, n))
        fine = False
    return fine


def main():
    build = sys.argv[1]
    lines, size, text = [], 0, bytearray()
    for line in records():
        text += json.loads(line)["text"].encode()
        if size < SAMPLE_BYTES:
            lines.append(line)
            size += len(line)
    with tempfile.TemporaryDirectory() as tmp:
        path = tmp + "/records.jsonl"
        if sys.argv[2:] == ["files"]:
            return 0 if table_files(build, lines, tmp) else 1
        with open(path, "wb") as out:
            out.writelines(lines)
        subprocess.run([build + "/tests/bench/bench_analyze", path],
                       check=True)
        print()
        table_cores(build, path)
        print()
        fine = table_texts(build, text, tmp)
        print()
        fine &= table_files(build, lines, tmp)
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
