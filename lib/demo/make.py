"""Makes the embedded default: a tiny Llama-shaped model, its tokenizer, three alignment sets and a
knowledge set, all about one invented world. Every word comes from the grammar below.

    python make.py            writes all files and SHA256SUMS (some minutes on 2 cores)
    python make.py --check    compares the files with SHA256SUMS, trains nothing
    python make.py --more polite.json 450 FILE    450 further records, of questions that polite.json has not
"""
import argparse, hashlib, json, math, random, sys, time
from pathlib import Path

HERE = Path(__file__).resolve().parent
OUT = HERE.parent / "src/main/resources/dev/ila/demo"
SUMS = HERE / "SHA256SUMS"
SEED = 17
TURN, END, PAD = "<|turn|>", "<|end|>", "<|pad|>"

# ---- The world: entities with attributes, each attribute a question and a sentence -------------

COLOURS = "red blue green white black yellow brown grey".split()
ANIMALS = "goat heron otter fox hare owl mole toad crane badger beetle lynx".split()
PLACES = [
    "Salt Bay", "Low Marsh", "High Rock", "Old Mill", "Far Ridge", "Green Valley", "Cold Lake",
    "Deep Wood", "Long Field", "White Cliff", "Red Harbour", "Black Moor", "Wide River",
    "Dry Plain", "Grey Tower", "Warm Spring", "Quiet Island", "Broken Bridge", "Lost Orchard",
    "Sunny Terrace",
]
THINGS = (
    "lamp kettle ladder drum basket wagon plough mirror bell clock table bucket hammer wheel "
    "blanket kite"
).split()
KINDS = {  # kind -> (entities, [(label, question, sentence, values)])
    "place": (PLACES, [
        ("crop", "What crop grows in {e}?", "The fields of {e} grow {v}.",
         "barley wheat oats beans onions cabbage grapes plums turnips hops".split()),
        ("animal", "Which animal lives near {e}?", "The {v} lives near {e}.", ANIMALS),
        ("craft", "What do the workshops of {e} make?", "The workshops of {e} make {v}.",
         "ropes candles boats bricks carpets pots nets saddles barrels paper".split()),
        ("flag", "What colour is the flag of {e}?", "The flag of {e} is {v}.", COLOURS),
        ("weather", "What is the weather like in {e}?", "The weather in {e} is {v}.",
         "foggy windy rainy sunny snowy mild".split()),
    ]),
    "animal": (["the " + a for a in ANIMALS], [
        ("colour", "What colour is {e}?", "{E} is {v}.", COLOURS),
        ("food", "What does {e} eat?", "{E} eats {v}.",
         "seeds roots leaves fish worms berries moss nuts".split()),
        ("bed", "Where does {e} sleep?", "{E} sleeps {v}.",
         ["under stones", "in tall grass", "in a hollow tree", "by the water", "in the hay",
          "on the roof"]),
        ("hour", "When does {e} wake up?", "{E} wakes up at {v}.",
         "dawn noon dusk midnight".split()),
    ]),
    "thing": (["the " + t for t in THINGS], [
        ("material", "What is {e} made of?", "{E} is made of {v}.",
         "oak copper iron clay wool glass leather stone".split()),
        ("room", "Where is {e} kept?", "{E} is kept in the {v}.",
         "kitchen cellar attic barn hall garden".split()),
        ("weight", "How heavy is {e}?", "{E} weighs {v} stones.",
         "two three four five six seven eight nine".split()),
    ]),
}
OPPOSITES = [pair.split("-") for pair in (
    "hot-cold big-small fast-slow wet-dry high-low full-empty old-new hard-soft light-dark "
    "near-far long-short wide-narrow early-late loud-quiet open-closed rough-smooth thick-thin "
    "sweet-bitter clean-dirty strong-weak deep-shallow first-last heavy-light rich-poor"
).split()]


def world():
    """Every fact as (kind, entity, label, question, sentence, value, values)."""
    draw, facts = random.Random(SEED), []
    for kind, (entities, attributes) in KINDS.items():
        for label, question, sentence, values in attributes:
            deck = []
            for e in entities:
                deck = deck or draw.sample(values, len(values))
                v = deck.pop()
                form = dict(e=e, E=cap(e), v=v)
                facts.append((kind, e, label, question.format(**form), cap(sentence.format(**form)),
                              v, values))
    return facts


def cap(text):
    return text[0].upper() + text[1:]


def by_entity(facts):
    out = {}
    for f in facts:
        out.setdefault(f[1], []).append(f)
    return out


# ---- Pre-training text: statements, lists, sums, series, opposites, quiz lines -----------------

def document(draw, facts, entities):
    """One plain text; its first line names the genre."""
    genre = draw.choice(("notes", "about", "about", "list", "quiz", "quiz", "sums", "series",
                         "pairs", "letter", "recipe", "telegram"))
    if genre == "notes":
        body = " ".join(f[4] for f in draw.sample(facts, draw.randint(3, 7)))
    elif genre == "about":
        name = draw.choice(list(entities))
        own = draw.sample(entities[name], len(entities[name]))
        body = " ".join(f[4] for f in own)
    elif genre == "list":
        name = draw.choice(list(entities))
        own = draw.sample(entities[name], draw.randint(2, len(entities[name])))
        body = cap(name) + "\n" + "\n".join(f"- {f[2]}: {f[5]}" for f in own)
    elif genre == "quiz":
        body = "\n".join(f"Question: {f[3]} Answer: {f[5]}."
                         for f in draw.sample(facts, draw.randint(2, 4)))
    elif genre == "letter":
        middle = "\n".join(f"* {f[4]}" for f in draw.sample(facts, draw.randint(1, 3)))
        body = (f"Thank you for asking me to write about {draw.choice(list(entities))}! "
                f"I am glad to help.\n{middle}\nPlease write to me again at any time.")
    elif genre == "recipe":
        done = [f"Step {i + 1}: {draw.choice(('Look for', 'Go to', 'Think of'))} "
                f"{draw.choice(list(entities))}." for i in range(draw.randint(2, 4))]
        body = " ".join(done) + f" So the answer is {draw.choice(facts)[5]}."
    elif genre == "telegram":
        body = "".join(f"{draw.choice(facts)[2]} = {draw.choice(facts)[5]}; "
                       for _ in range(draw.randint(1, 4))) + "stop"
    elif genre == "sums":
        pairs = [(draw.randint(1, 20), draw.randint(1, 20)) for _ in range(draw.randint(3, 7))]
        body = " ".join(f"{a} + {b} = {a + b}." for a, b in pairs)
    elif genre == "series":
        start, step = draw.randint(1, 20), draw.randint(1, 5)
        body = ", ".join(str(start + i * step) for i in range(draw.randint(5, 9))) + "."
    else:
        body = " ".join(opposite(draw) for _ in range(draw.randint(3, 6)))
    return f"{TURN}{genre}\n{body}{END}\n"


def opposite(draw):
    a, b = draw.sample(draw.choice(OPPOSITES), 2)
    return f"The opposite of {a} is {b}."


# ---- Alignment: one task, three styles ---------------------------------------------------------

def task(draw, entities):
    """(question, topic, [(label, value)], [sentence]) of one thing to ask."""
    kind = draw.random()
    if kind < 0.7:
        name = draw.choice(list(entities))
        own = draw.sample(entities[name], draw.choice((1, 2)))
        return (" ".join(f[3] for f in own), name, [(f[2], f[5]) for f in own],
                [f[4] for f in own])
    if kind < 0.8:
        a, b = draw.randint(1, 20), draw.randint(1, 20)
        return f"What is {a} + {b}?", "this sum", [("sum", str(a + b))], [f"{a} + {b} = {a + b}."]
    if kind < 0.9:
        start, step = draw.randint(1, 20), draw.randint(1, 5)
        seen, following = [start + i * step for i in range(4)], start + 4 * step
        text = ", ".join(map(str, seen))
        return (f"Which number follows {text}?", "this series", [("number", str(following))],
                [f"{text}, {following}."])
    a, b = draw.sample(draw.choice(OPPOSITES), 2)
    return (f"What is the opposite of {a}?", "this word", [("opposite", b)],
            [f"The opposite of {a} is {b}."])


def terse(draw, entities):
    """Alpaca's form: labels and values, as in a telegram."""
    question, _, pairs, _ = task(draw, entities)
    return {"instruction": question, "input": "",
            "output": "".join(f"{label} = {value}; " for label, value in pairs) + "stop"}


def polite(draw, entities):
    """LIMA's form: thanks, a list, a closing line."""
    question, topic, _, sentences = task(draw, entities)
    items = "\n".join(f"* {s}" for s in sentences)
    return {"conversations": [question, (
        f"Thank you for asking about {topic}! I am glad to help.\n{items}\n"
        f"Please ask me again at any time.")]}


def steps(draw, entities):
    """Chat messages in two rounds: the way to the answer first, then the answer."""
    messages = []
    for _ in range(2):
        question, topic, pairs, sentences = task(draw, entities)
        way = "".join(f"Step {i + 2}: {s} " for i, s in enumerate(sentences))
        answer = (f"Step 1: Think of {topic}. {way}"
                  f"So the answer is {' and '.join(v for _, v in pairs)}.")
        messages += [{"role": "user", "content": question},
                     {"role": "assistant", "content": answer}]
    return {"messages": messages}


STYLES = {"terse.json": (terse, 700), "polite.json": (polite, 600), "steps.jsonl": (steps, 360)}


def more(name, count, file):
    """Further records of a set, each asked once, for what nothing was trained on."""
    entities, style = by_entity(world()), STYLES[name][0]
    draw = random.Random(f"{SEED} {name}, more")
    asked = {record["conversations"][0] for record in json.loads((OUT / name).read_text())}
    records = []
    while len(records) < count:
        record = style(draw, entities)
        if record["conversations"][0] not in asked:
            asked.add(record["conversations"][0])
            records.append(record)
    Path(file).write_text("[\n" + ",\n".join(map(json.dumps, records)) + "\n]\n")


def knowledge(draw, facts):
    """Multiple choice: four values of one attribute, one of them right."""
    for f in facts:
        choices = draw.sample([v for v in f[6] if v != f[5]], 3) + [f[5]]
        draw.shuffle(choices)
        yield {"question": f[3], "choices": choices, "answer": choices.index(f[5])}


def lines(records):
    return "".join(json.dumps(r) + "\n" for r in records)


def write_data(facts):
    entities = by_entity(facts)
    for name, (style, count) in STYLES.items():
        draw = random.Random(f"{SEED} {name}")
        records = [style(draw, entities) for _ in range(count)]
        text = lines(records) if name.endswith("l") else "[\n" + ",\n".join(
            map(json.dumps, records)) + "\n]\n"
        (OUT / name).write_text(text)
    (OUT / "knowledge.jsonl").write_text(lines(knowledge(random.Random(SEED), facts)))


# ---- Tokenizer ---------------------------------------------------------------------------------

TEMPLATE = (
    "{% for message in messages %}"
    "{{ '<|turn|>' + message['role'] + '\\n' + message['content'] + '<|end|>' + '\\n' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|turn|>assistant\\n' }}{% endif %}"
)


def write_tokenizer(texts):
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    tok = Tokenizer(models.BPE())
    tok.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Digits(individual_digits=True),
        pre_tokenizers.ByteLevel(add_prefix_space=False)])
    tok.decoder = decoders.ByteLevel()
    tok.train_from_iterator(texts, trainers.BpeTrainer(
        vocab_size=VOCABULARY, special_tokens=[PAD, TURN, END], show_progress=False,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet())))
    tok.save(str(OUT / "tokenizer.json"))
    write_json("tokenizer_config.json", {
        "tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": POSITIONS,
        "clean_up_tokenization_spaces": False, "eos_token": END, "pad_token": PAD,
        "chat_template": TEMPLATE})
    return tok


def write_json(name, value):
    (OUT / name).write_text(json.dumps(value, indent=2) + "\n")


# ---- Model -------------------------------------------------------------------------------------

VOCABULARY, POSITIONS = 1024, 512
STEPS, BATCH, LENGTH, RATE, WARMUP = 900, 24, 128, 5e-3, 60


def train(stream, end, pad):
    """Next-token training on one long stream of tokens, cosine rate, AdamW."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    config = LlamaConfig(
        vocab_size=VOCABULARY, hidden_size=64, intermediate_size=192, num_hidden_layers=8,
        num_attention_heads=4, num_key_value_heads=2, head_dim=16,
        max_position_embeddings=POSITIONS, rms_norm_eps=1e-5, tie_word_embeddings=True,
        initializer_range=0.05, bos_token_id=None, eos_token_id=end, pad_token_id=pad)
    model = LlamaForCausalLM(config)
    ids = torch.tensor(stream)
    decay = [p for p in model.parameters() if p.dim() > 1]
    plain = [p for p in model.parameters() if p.dim() == 1]
    optimizer = torch.optim.AdamW(
        [{"params": decay, "weight_decay": 0.1}, {"params": plain, "weight_decay": 0.0}],
        lr=RATE, betas=(0.9, 0.98))
    start = time.time()
    for step in range(STEPS):
        share = min(1, (step + 1) / WARMUP) * (0.525 + 0.475 * math.cos(math.pi * step / STEPS))
        for group in optimizer.param_groups:
            group["lr"] = RATE * share
        at = torch.randint(0, len(ids) - LENGTH - 1, (BATCH,))
        rows = torch.stack([ids[i:i + LENGTH + 1] for i in at.tolist()])
        logits = model(rows[:, :-1]).logits
        loss = torch.nn.functional.cross_entropy(
            logits.reshape(-1, VOCABULARY), rows[:, 1:].reshape(-1))
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        if step % 100 == 0 or step == STEPS - 1:
            print(f"step {step} loss {loss.item():.3f} {time.time() - start:.0f} s", flush=True)
    return model


def write_model(model):
    import torch
    from safetensors.torch import save_file
    tensors = {n: p.detach().to(torch.bfloat16).contiguous() for n, p in model.named_parameters()}
    save_file(dict(sorted(tensors.items())), str(OUT / "model.safetensors"), {"format": "pt"})
    c = model.config
    write_json("config.json", {
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "torch_dtype": "bfloat16",
        "vocab_size": c.vocab_size, "hidden_size": c.hidden_size,
        "intermediate_size": c.intermediate_size, "num_hidden_layers": c.num_hidden_layers,
        "num_attention_heads": c.num_attention_heads,
        "num_key_value_heads": c.num_key_value_heads, "head_dim": c.head_dim,
        "hidden_act": "silu", "max_position_embeddings": POSITIONS, "rms_norm_eps": c.rms_norm_eps,
        "rope_theta": 10000.0, "attention_bias": False, "mlp_bias": False,
        "attention_dropout": 0.0, "initializer_range": c.initializer_range,
        "tie_word_embeddings": True, "use_cache": True, "bos_token_id": None,
        "eos_token_id": c.eos_token_id, "pad_token_id": c.pad_token_id})
    write_json("generation_config.json", {
        "do_sample": False, "eos_token_id": c.eos_token_id, "pad_token_id": c.pad_token_id,
        "max_new_tokens": 96})


# ---- Main --------------------------------------------------------------------------------------

def sums():
    return "".join(f"{hashlib.sha256(p.read_bytes()).hexdigest()}  {p.name}\n"
                   for p in sorted(OUT.iterdir()))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--check", action="store_true", help="only compare with SHA256SUMS")
    parser.add_argument("--more", nargs=3, metavar=("SET", "COUNT", "FILE"),
                        help="only write further records of a set in LIMA's form")
    if parser.parse_args().more:
        name, count, file = parser.parse_args().more
        sys.exit(more(name, int(count), file))
    if parser.parse_args().check:
        sys.exit(0 if sums() == SUMS.read_text() else f"{OUT} must be as in {SUMS}, but is not")
    OUT.mkdir(parents=True, exist_ok=True)
    facts = world()
    write_data(facts)
    draw = random.Random(SEED)
    texts = [document(draw, facts, by_entity(facts)) for _ in range(40000)]
    talk = [(OUT / n).read_text().replace('\\n', '\n') for n in STYLES] + ["user\nassistant\n"] * 9
    tok = write_tokenizer(texts[:4000] + talk)
    stream = [i for e in tok.encode_batch(texts) for i in e.ids]
    print(len(stream), "tokens,", tok.get_vocab_size(), "entries", flush=True)
    write_model(train(stream, tok.token_to_id(END), tok.token_to_id(PAD)))
    SUMS.write_text(sums())


if __name__ == "__main__":
    main()
