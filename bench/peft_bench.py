"""One kind of step with PEFT, as its user writes it, timed; prints one JSON line. bench/run.py calls this.

    python bench/peft_bench.py --job lora --model HF_DIR --data ALPACA_JSON
    python bench/peft_bench.py --job mask --model HF_DIR --data ALPACA_JSON --adapter DIR
    python bench/peft_bench.py --make-adapter DIR --model HF_DIR

Batches are padded to their longest row, with an attention mask, and the loss is the model's own, as in
transformers' Trainer. They are drawn at random (--grouped: by Trainer's own length grouping).
README.md here says what is the same on both sides.
"""

import argparse
import json
import os
import random
import time
import warnings

import peft
import torch
import transformers
from peft import LoraConfig, PeftModel, get_peft_model
from torch._dynamo.utils import counters
from transformers import AutoModelForCausalLM, AutoTokenizer
from transformers.trainer_pt_utils import LengthGroupedSampler

PROJECTIONS = [f"{p}_proj" for p in ("q", "k", "v", "o", "gate", "up", "down")]
WARM_UP = 2


def read_examples(path, tokenizer, records, longest):
    """[(ids, labels)]: labels are -100 but for the answer and its end token."""
    with open(path, encoding="utf-8") as file:
        rows = [r for r in json.load(file) if r["instruction"].strip() and r["output"].strip()]
    examples = []
    for row in rows[:records]:
        more = "\n" + row["input"] if row.get("input", "").strip() else ""
        asked = [{"role": "user", "content": row["instruction"] + more}]
        said = [{"role": "assistant", "content": row["output"]}]
        prompt = tokens(tokenizer, asked, add_generation_prompt=True)
        ids = tokens(tokenizer, asked + said)
        if len(ids) <= longest:
            end = len(ids) - ids[::-1].index(tokenizer.eos_token_id)
            answer = ids[len(prompt) : end]
            labels = [-100] * len(prompt) + answer + [-100] * (len(ids) - end)
            examples.append((ids, labels))
    return examples


def tokens(tokenizer, messages, **options):
    return tokenizer.apply_chat_template(messages, return_dict=True, **options)["input_ids"]


def joined(examples, length):
    """All tokens in a row, cut into examples of one length; what does not fill one is left out."""
    ids = [i for row, _ in examples for i in row]
    labels = [y for _, row in examples for y in row]
    starts = range(0, len(ids) - length + 1, length)
    return [(ids[s : s + length], labels[s : s + length]) for s in starts]


def collate(rows, pad):
    longest = max(len(ids) for ids, _ in rows)
    return {
        "input_ids": torch.tensor([i + [pad] * (longest - len(i)) for i, _ in rows]),
        "labels": torch.tensor([y + [-100] * (longest - len(y)) for _, y in rows]),
        "attention_mask": torch.tensor([[1] * len(i) + [0] * (longest - len(i)) for i, _ in rows]),
    }


def plan(examples, args, steps):
    """Rows of each step: the first examples in order to warm up, then epochs of drawn batches."""
    batch = args.batch
    first = max(1, len(examples) // batch)
    drawn = [examples[i % first * batch :][:batch] for i in range(WARM_UP)]
    lengths = [len(ids) for ids, _ in examples]
    chance = random.Random(args.seed)
    generator = torch.Generator().manual_seed(args.seed)
    while len(drawn) < WARM_UP + steps:
        if args.grouped:
            order = list(LengthGroupedSampler(batch, lengths=lengths, generator=generator))
        else:
            order = chance.sample(range(len(examples)), len(examples))
        rows = [examples[i] for i in order]
        drawn += [rows[i : i + batch] for i in range(0, len(rows) - batch + 1, batch)]
    return drawn[: WARM_UP + steps]


def load(args):
    dtype = {"bf16": torch.bfloat16, "f32": torch.float32}[args.precision]
    return AutoModelForCausalLM.from_pretrained(args.model, dtype=dtype)


def lora(layers=None):
    targets = layers.split(",") if layers else PROJECTIONS
    return LoraConfig(r=8, lora_alpha=16, target_modules=targets, task_type="CAUSAL_LM")


def training(model):
    """The model to train, its optimizer, what comes before each step, and what before each update."""
    weights = [p for p in model.parameters() if p.requires_grad]
    adam = torch.optim.AdamW(weights, lr=2e-4, weight_decay=0.0)
    clip = lambda: torch.nn.utils.clip_grad_norm_(weights, 1.0)  # Trainer's default
    return model, adam, lambda: None, clip


def full(args):
    model = load(args)
    for name, weight in model.named_parameters():
        weight.requires_grad_(any(f".{p}." in name for p in PROJECTIONS))
    return training(model)


def frozen(args):
    model = PeftModel.from_pretrained(load(args), args.adapter)
    return model.requires_grad_(False)


def mask(args):
    model = frozen(args)
    layers = [m for m in model.modules() if hasattr(m, "lora_A")]
    scales = [m.scaling["default"] for m in layers]
    s = torch.full([len(layers)], 4.0, requires_grad=True)
    adam = torch.optim.Adam([s], lr=0.01)

    def scale():
        gamma = torch.sigmoid(s)
        for i, (layer, scale) in enumerate(zip(layers, scales)):
            layer.scaling["default"] = scale * gamma[i]

    return model, adam, scale, lambda: None


def evaluation(args):
    return frozen(args), None, lambda: None, lambda: None


JOBS = {
    "lora": lambda args: training(get_peft_model(load(args), lora(args.layers))),
    "full": full,
    "mask": mask,
    "eval": evaluation,
}


def train(parts, batches, pad, launched):
    model, adam, before, clip = parts
    model.train(adam is not None)
    names = ("losses", "seconds", "examples", "tokens", "padded", "supervised", "graphs")
    out = {name: [] for name in names}
    start = time.time()
    for rows in batches:
        batch = collate(rows, pad)
        before()
        if adam is None:
            with torch.no_grad():
                loss = model(**batch).loss
        else:
            loss = model(**batch).loss
            loss.backward()
            clip()
            adam.step()
            adam.zero_grad()
        out["losses"].append(loss.item())
        now = time.time()
        out["seconds"].append(now - start)
        start = now
        out["examples"].append(len(rows))
        out["tokens"].append(int(batch["attention_mask"].sum()))
        out["padded"].append(batch["input_ids"].numel())
        out["supervised"].append(int((batch["labels"][:, 1:] != -100).sum()))
        out["graphs"].append(counters["stats"]["unique_graphs"])
        out.setdefault("first_step", now - launched)
    return out


def peak_kib():
    with open("/proc/self/status", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmHWM"))


def run(args):
    tokenizer = AutoTokenizer.from_pretrained(args.model)
    examples = read_examples(args.data, tokenizer, args.examples, args.max_length)
    parts = JOBS[args.job](args)
    if args.compiled:
        parts[0].compile(dynamic=True)
    rows = joined(examples, args.length) if args.length else examples
    batches = plan(rows, args, args.steps or len(rows) // args.batch)
    out = train(parts, batches, tokenizer.pad_token_id, args.launched)
    return out | {
        "data": {
            "examples": len(examples),
            "tokens": sum(len(ids) for ids, _ in examples),
            "supervised": sum(y != -100 for _, labels in examples for y in labels),
        },
        "peak_kib": peak_kib(),
        "versions": {
            "PyTorch": torch.__version__,
            "transformers": transformers.__version__,
            "PEFT": peft.__version__,
        },
    }


def make_adapter(args):
    """A change other than zero, so that the mask has a gradient; not a trained one."""
    torch.manual_seed(0)
    model = get_peft_model(load(args), lora())
    for name, weight in model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weight, std=0.01)
    model.save_pretrained(args.make_adapter)


def arguments():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--job", choices=JOBS)
    p.add_argument("--grouped", action="store_true", help="examples of like length side by side")
    p.add_argument("--compiled", action="store_true", help="by torch.compile, any shape")
    p.add_argument("--make-adapter", metavar="DIR")
    p.add_argument("--model", required=True)
    p.add_argument("--data")
    p.add_argument("--adapter", help="mask and eval: the frozen change")
    p.add_argument("--layers", help="lora: names of those that are tuned (default: all)")
    p.add_argument("--examples", type=int, default=160)
    p.add_argument("--max-length", type=int, default=384)
    p.add_argument("--length", type=int, default=0, help="join examples, cut into so many tokens")
    p.add_argument("--batch", type=int, default=8)
    p.add_argument("--steps", type=int, default=0, help="timed steps; 0: one epoch")
    p.add_argument("--precision", choices=["bf16", "f32"], default="bf16")
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--seed", type=int, default=0)
    p.add_argument("--launched", type=float, default=time.time(), help="start in Unix seconds")
    return p.parse_args()


if __name__ == "__main__":
    os.environ["HF_HUB_OFFLINE"] = "1"
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    warnings.simplefilter("ignore", FutureWarning)
    args = arguments()
    torch.set_num_threads(args.threads)
    if args.make_adapter:
        make_adapter(args)
    else:
        print(json.dumps(run(args)))
