"""A corpus of JSON lines through lilscope on a Ray cluster.

    python3 ray_corpus.py [--dry-run] OUT FILE...

Each FILE becomes OUT/NAME.report.jsonl, written under another name first, so
that a report which is there is whole: run it again, and only what is missing
is done. lilscope has to be on each node's PATH (or LILSCOPE names it), and
the files where every node sees them. A process has one thread: Ray spreads
the files, a core for each. At last `lilscope merge` makes one table.
"""
import glob
import os
import subprocess
import sys

LILSCOPE = os.environ.get("LILSCOPE", "lilscope")


def report_of(out, path):
    return os.path.join(out, os.path.basename(path) + ".report.jsonl")


def analyze(out, path):
    """What lilscope says of one file; its sentences where it fails."""
    report = report_of(out, path)
    with open(path, "rb") as source, open(report + ".part", "wb") as part:
        done = subprocess.run(
            [LILSCOPE, "analyze", "--json", "--format", "jsonl", "-j", "1",
             "-"], stdin=source, stdout=part, stderr=subprocess.PIPE,
            check=False)
    # a record that can't be read has its line, and is no failure
    if done.returncode != 0:
        return path, done.stderr.decode(errors="replace") or \
            f"{LILSCOPE} ended with {done.returncode}"
    os.replace(report + ".part", report)
    return path, ""


def main():
    words = [word for word in sys.argv[1:] if word != "--dry-run"]
    if len(words) < 2:
        sys.exit(__doc__)
    out, files = words[0], words[1:]
    names = {os.path.basename(path) for path in files}
    if len(names) != len(files):
        sys.exit("two files have one name")
    left = [path for path in files if not os.path.exists(report_of(out, path))]
    print(f"{len(files)} files, {len(left)} to do")
    if "--dry-run" in sys.argv:
        return
    import ray  # a dry run does without

    os.makedirs(out, exist_ok=True)
    ray.init(log_to_driver=False)
    task = ray.remote(num_cpus=1)(analyze)
    open_tasks = [task.remote(out, os.path.abspath(path)) for path in left]
    failed = 0
    while open_tasks:
        done, open_tasks = ray.wait(open_tasks)
        for path, trouble in ray.get(done):
            failed += bool(trouble)
            print(path, trouble or "done", flush=True)
    if failed:
        sys.exit(f"{failed} files failed")
    reports = sorted(glob.glob(os.path.join(out, "*.report.jsonl")))
    subprocess.run([LILSCOPE, "merge", *reports], check=True)


if __name__ == "__main__":
    main()
