#!/usr/bin/env python3
"""Compares ila-eval's answers to multiple choice with those of lm-evaluation-harness.

    ila-eval --model MODEL --task arc=ARC-Challenge-Test.jsonl --limit 100 --out ours
    python lm_eval_agreement.py --model MODEL --ours ours --task arc=ARC-Challenge-Test.jsonl --limit 100

Both read the same files. The harness asks by its own task definitions; only where the records come from is
changed: they are brought from their authors' form into the hub's. Needs lm-eval 0.4.13, transformers and torch.
Ends with 1 if fewer than 99.5 % of the answers are the same, or one differs that is no near tie.
"""
import argparse
import csv
import json
import pathlib
import sys
import tempfile

import lm_eval
import lm_eval.tasks
import torch
import yaml
from lm_eval.models.huggingface import HFLM

LEAST = 0.995
TIE = 1e-3
DEFINED = pathlib.Path(lm_eval.tasks.__file__).parent


def lines(path):
    return [json.loads(line) for line in open(path, encoding="utf-8") if line.strip()]


def hellaswag(path):
    return {"hellaswag": ("hellaswag/hellaswag.yaml", {"validation": lines(path)})}


def arc(path):
    records = []
    for r in lines(path):
        choices = r["question"]["choices"]
        records.append({
            "question": r["question"]["stem"],
            "choices": {k: [c[k] for c in choices] for k in ("text", "label")},
            "answerKey": r["answerKey"],
        })
    return {"arc": ("arc/arc_challenge.yaml", {"test": records})}


def truthfulqa(path):
    def sentence(text):
        text = text.strip()
        return text if text.endswith(".") else text + "."

    records = []
    for r in csv.DictReader(open(path, encoding="utf-8", newline="")):
        wrong = [sentence(a) for a in r["Incorrect Answers"].split(";") if a.strip()]
        choices = [sentence(r["Best Answer"])] + wrong
        records.append({
            "question": r["Question"],
            "mc1_targets": {"choices": choices, "labels": [1] + [0] * len(wrong)},
        })
    return {"truthfulqa": ("truthfulqa/truthfulqa_mc1.yaml", {"validation": records})}


def mmlu(path):
    root = pathlib.Path(path)
    root = root / "data" if (root / "data").is_dir() else root
    tasks = {}
    for test in sorted((root / "test").glob("*_test.csv")):
        subject = test.name[: -len("_test.csv")]
        parts = {}
        for part in ("dev", "test"):
            file = root / part / f"{subject}_{part}.csv"
            rows = csv.reader(open(file, encoding="utf-8", newline=""))
            parts[part] = [
                {"question": r[0], "choices": r[1:5], "answer": "ABCD".index(r[5])} for r in rows
            ]
        tasks[f"mmlu/{subject}"] = (f"mmlu/default/mmlu_{subject}.yaml", parts)
    return tasks


READERS = {"hellaswag": hellaswag, "arc": arc, "truthfulqa": truthfulqa, "mmlu": mmlu}


def local(tasks, folder):
    """The harness's definitions with records from local files; returns their names here."""
    names = {}
    for key, (defined, parts) in tasks.items():
        name = "local_" + key.replace("/", "_")
        files = {}
        for part, records in parts.items():
            files[part] = str(folder / f"{name}_{part}.jsonl")
            with open(files[part], "w", encoding="utf-8") as out:
                out.writelines(json.dumps(r) + "\n" for r in records)
        config = {
            "include": str(DEFINED / defined),
            "task": name,
            "dataset_path": "json",
            "dataset_name": None,
            "dataset_kwargs": {"data_files": files},
            "tag": [],
        }
        if "train" not in parts:
            config["training_split"] = None
        if "validation" not in parts:
            config["validation_split"] = None
        (folder / f"{name}.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
        names[key] = name
    return names


def chosen(values, lengths=None):
    values = [v / n for v, n in zip(values, lengths)] if lengths else values
    best = max(range(len(values)), key=lambda i: (values[i], -i))
    rest = max(v for i, v in enumerate(values) if i != best)
    return best, values[best] - rest


def ours(folder, task):
    with open(pathlib.Path(folder) / f"{task}.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def compare(task, rows, theirs):
    """rows: ours; theirs: log-likelihoods and lengths of the choices, question by question."""
    assert len(rows) == len(theirs), (task, len(rows), len(theirs))
    out = []
    for measure, by_length in (("acc", False), ("acc_norm", True)):
        if by_length and task in ("mmlu", "truthfulqa"):
            continue
        same, margins, furthest, right = 0, [], 0.0, [0, 0]
        for row, (values, lengths, gold) in zip(rows, theirs):
            assert int(row["answer"]) == gold, (task, row["question"])
            answer, margin = chosen(values, lengths if by_length else None)
            said = [float(x) for x in row["loglikelihoods"].split(" ")]
            furthest = max([furthest] + [abs(a - b) for a, b in zip(said, values, strict=True)])
            same += answer == int(row[measure])
            right[0] += int(row[measure]) == gold
            right[1] += answer == gold
            if answer != int(row[measure]):
                margins.append(margin)
        out.append({
            "task": task,
            "measure": measure,
            "questions": len(rows),
            "same": same,
            "agreement": same / len(rows),
            "margins": margins,
            "furthest": furthest,
            "accuracy": right[0] / len(rows),
            "harness": right[1] / len(rows),
        })
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", required=True)
    parser.add_argument("--ours", required=True, help="the directory that ila-eval made")
    parser.add_argument("--task", action="append", required=True, help="NAME=PATH, as for ila-eval")
    parser.add_argument("--limit", type=int)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--json", help="where to keep the comparison")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    model = HFLM(pretrained=options.model, dtype="float32", device="cpu", batch_size=4)
    results = []
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for given in options.task:
            task, path = given.split("=", 1)
            names = local(READERS[task](path), folder)
            found = lm_eval.simple_evaluate(
                model=model,
                tasks=list(names.values()),
                num_fewshot=5 if task == "mmlu" else None,
                limit=options.limit,
                task_manager=lm_eval.tasks.TaskManager(include_path=str(folder), include_defaults=False),
                bootstrap_iters=0,
            )
            theirs = []
            for name in names.values():
                for sample in sorted(found["samples"][name], key=lambda s: s["doc_id"]):
                    texts = [a["arg_1"] for a in sample["arguments"].values()] if isinstance(
                        sample["arguments"], dict) else [a[1] for a in sample["arguments"]]
                    lengths = [len(t) - 1 for t in texts]
                    values = [float(r[0]) for r in sample["filtered_resps"]]
                    theirs.append((values, lengths, int(sample["target"])))
            results += compare(task, ours(options.ours, task), theirs)
    print(f"{'task':<11} {'measure':<9} {'questions':>9} {'same':>6} {'differ by':>10} {'ours':>7} {'harness':>7}")
    wrong = False
    for r in results:
        wrong |= r["agreement"] < LEAST or any(m >= TIE for m in r["margins"])
        print(f"{r['task']:<11} {r['measure']:<9} {r['questions']:>9} {r['agreement']:>6.1%} "
              f"{r['furthest']:>10.1e} {r['accuracy']:>7.4f} {r['harness']:>7.4f}"
              + "".join(f"  tie {m:.1e}" for m in r["margins"]))
    if options.json:
        versions = {"lm_eval": lm_eval.__version__, "torch": torch.__version__}
        text = json.dumps({"versions": versions, "results": results}, indent=1)
        pathlib.Path(options.json).write_text(text + "\n", encoding="utf-8")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
