# SPDX-License-Identifier: GPL-3.0-or-later
"""Train the compact BERTs and write them as float16 safetensors: `make retrain NET=bert_sst2` (or bert_mrpc).

Two stages. Masked pre-training on the 4,000 training reviews (15 % of the tokens, 80 / 10 / 10 as Devlin et al. 2018), on
two halves of a review with the question of the pairs task beside it: the encoder is shared by both networks, and kept as
build/train/bert_encoder.pt. Then the network's own task, with dropout, label smoothing, words dropped at random, and the
average of the weights over the last epochs. Negatives of the pairs and the places where reviews are cut are drawn anew in
each epoch. Seeded: the same weights from run to run on the same machine; a checkpoint is kept after each epoch.
"""
import argparse
import json
import math
import pathlib
import random
import resource
import sys
import time

import torch
from torch.nn import functional

import nets_bert
import safetensors
import text

LONGEST = nets_bert.PLACES


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--net", required=True, choices=("bert_sst2", "bert_mrpc"))
    parser.add_argument("--out", type=pathlib.Path, required=True, help="folder for NET.safetensors, NET.log.csv and the vocabulary")
    parser.add_argument("--work", type=pathlib.Path, required=True, help="folder for the checkpoints (build/train)")
    parser.add_argument("--data", type=pathlib.Path, default=pathlib.Path("build/datasets"), help="what datasets/reviews.R wrote")
    parser.add_argument("--pretrain", type=int, default=14, help="epochs of masked pre-training")
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--averaged", type=int, default=4, help="last epochs whose weights are averaged")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--rate", type=float, default=4e-4, help="peak learning rate of the task")
    parser.add_argument("--pretrain-rate", type=float, default=1.5e-3)
    parser.add_argument("--decay", type=float, default=0.05)
    parser.add_argument("--dropout", type=float, default=0.2)
    parser.add_argument("--word-dropout", type=float, default=0.1, help="share of the words that become [MASK] in training")
    parser.add_argument("--smoothing", type=float, default=0.1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    return parser.parse_args()


# ===  Batches  ===

def pack(sequences):
    """[(numbers, segments, label)] -> tensors, padded to the longest."""
    longest = max(len(numbers) for numbers, _, _ in sequences)
    numbers, segments = (torch.tensor([row[i] + [0] * (longest - len(row[i])) for row in sequences]) for i in (0, 1))
    return numbers, segments, torch.tensor([label for _, _, label in sequences])


def batches_of(rows, size, order):
    """Rows of like length together, batches in a random order."""
    rows = sorted(rows, key=lambda row: len(row[0]) + order.random() * 16)
    made = [rows[i:i + size] for i in range(0, len(rows), size)]
    order.shuffle(made)
    return [pack(batch) for batch in made]


def cut(tokens, order):
    """Two neighbouring stretches of a review, cut somewhere in its middle."""
    middle = int(len(tokens) * order.uniform(0.35, 0.65))
    return tokens[:middle], tokens[middle:]


def made_pairs(tokens, order):
    """Each review once as its own pair and once beside a part of another."""
    long_ones = [t for t in tokens if len(t) >= 16]
    parts = [cut(t, order) for t in long_ones]
    others = list(range(len(parts)))
    order.shuffle(others)
    rows = [(*text.sequence(first, second, LONGEST), 1) for first, second in parts]
    for here, there in zip(others, others[1:] + others[:1]):
        rows.append((*text.sequence(parts[here][0], parts[there][1], LONGEST), 0))
    return rows


def hide(numbers, share, generator):
    """Replace a share of the words by [MASK]."""
    chosen = (torch.rand(numbers.shape, generator=generator) < share) & (numbers > text.MASK)
    return numbers.masked_fill(chosen, text.MASK)


# ===  Training  ===

def rate_at(position, peak, warm=0.1):
    return peak * (position / warm if position < warm else 0.5 * (1 + math.cos(math.pi * (position - warm) / (1 - warm))))


def optimiser_for(model, rate, decay):
    groups = [{"params": [p for p in model.parameters() if p.ndim > 1], "weight_decay": decay},
              {"params": [p for p in model.parameters() if p.ndim <= 1], "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=rate, betas=(0.9, 0.98))


def step(optimiser, loss, rate, model):
    for group in optimiser.param_groups:
        group["lr"] = rate
    optimiser.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimiser.step()


def masked_loss(model, head, numbers, segments, labels, generator):
    """Cross entropy of the hidden words, and of the pairs question."""
    draw = torch.rand(numbers.shape, generator=generator)
    chosen = (draw < 0.15) & (numbers > text.MASK)
    shown = torch.where(chosen & (draw < 0.12), torch.tensor(text.MASK), numbers)
    other = torch.randint(5, nets_bert.WORDS, numbers.shape, generator=generator)
    shown = torch.where(chosen & (draw >= 0.12) & (draw < 0.135), other, shown)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        encoded = model.encode(shown, segments)
        words = head[1](head[0](encoded[chosen]).float())
        scores = functional.linear(words, model.bert.embeddings.word_embeddings.weight)
        pooled = model.classifier(torch.tanh(model.bert.pooler.dense(encoded[:, 0])))
    return functional.cross_entropy(scores.float(), numbers[chosen]) + functional.cross_entropy(pooled.float(), labels)


def pretrain(tokens, options, log):
    kept = options.work / "bert_encoder.pt"
    if kept.exists():
        return torch.load(kept)
    torch.manual_seed(options.seed)
    model = nets_bert.Bert(0.0)
    head = torch.nn.ModuleList([torch.nn.Linear(nets_bert.WIDTH, nets_bert.WIDTH), torch.nn.LayerNorm(nets_bert.WIDTH)])
    both = torch.nn.ModuleList([model, head])
    optimiser = optimiser_for(both, options.pretrain_rate, 0.01)
    for epoch in range(options.pretrain):
        order, generator = random.Random(epoch), torch.Generator().manual_seed(epoch)
        batches, total = batches_of(made_pairs(tokens, order), 64, order), 0.0
        for index, (numbers, segments, labels) in enumerate(batches):
            loss = masked_loss(model, head, numbers, segments, labels, generator)
            step(optimiser, loss, rate_at((epoch + index / len(batches)) / options.pretrain, options.pretrain_rate), both)
            total += loss.item()
        log("pretrain", epoch, options.pretrain, total / len(batches), "", "")
    torch.save(model.state_dict(), kept)
    return model.state_dict()


def count_correct(model, rows):
    model.eval()
    with torch.no_grad():
        return sum((model(n, s).argmax(1) == labels).sum().item() for n, s, labels in (pack(rows[i:i + 50]) for i in range(0, len(rows), 50)))


def task_rows(options, tokenizer):
    """(function of an epoch -> training rows, test rows)"""
    if options.net == "bert_mrpc":
        tokens = [tokenizer(review) for review, _ in text.reviews(options.data, "train")]
        test = [(*text.sequence(tokenizer(a), tokenizer(b), LONGEST), label) for a, b, label in text.pairs(options.data, "test")]
        return lambda order: made_pairs(tokens, order), test
    rows = {part: [(*text.sequence(tokenizer(review), [], LONGEST), label) for review, label in text.reviews(options.data, part)]
            for part in ("train", "test")}
    return lambda order: rows["train"], rows["test"]


def finetune(model, options, tokenizer, log):
    rows, test = task_rows(options, tokenizer)
    optimiser = optimiser_for(model, options.rate, options.decay)
    average = None
    for epoch in range(options.epochs):
        order, generator = random.Random(1000 + epoch), torch.Generator().manual_seed(1000 + epoch)
        batches, total = batches_of(rows(order), options.batch, order), 0.0
        model.train()
        for index, (numbers, segments, labels) in enumerate(batches):
            with torch.autocast("cpu", dtype=torch.bfloat16):
                scores = model(hide(numbers, options.word_dropout, generator), segments)
            loss = functional.cross_entropy(scores.float(), labels, label_smoothing=options.smoothing)
            step(optimiser, loss, rate_at((epoch + index / len(batches)) / options.epochs, options.rate), model)
            total += loss.item()
        log(options.net, epoch, options.epochs, total / len(batches), count_correct(model, test), len(test))
        if epoch >= options.epochs - options.averaged:
            state = model.state_dict()
            average = {name: (average[name] if average else 0) + tensor / options.averaged for name, tensor in state.items()}
    return average, test


def main():
    options = arguments()
    torch.set_num_threads(options.threads)
    torch.use_deterministic_algorithms(True)
    options.out.mkdir(parents=True, exist_ok=True)
    options.work.mkdir(parents=True, exist_ok=True)
    texts = [review for review, _ in text.reviews(options.data, "train")]
    vocabulary = options.out / "bert.vocab.txt"
    if not vocabulary.exists():
        vocabulary.write_text("\n".join(text.learn_vocabulary(texts, nets_bert.WORDS)) + "\n", encoding="utf-8")
    tokenizer = text.Tokenizer(vocabulary.read_text(encoding="utf-8").splitlines())
    tokens = [tokenizer(review) for review in texts]
    lines, start = [], time.monotonic()

    def log(stage, epoch, epochs, loss, correct, samples):
        used = resource.getrusage(resource.RUSAGE_SELF)
        lines.append(f"{stage},{epoch + 1},{loss:.5f},{correct},{samples},{time.monotonic() - start:.0f},{used.ru_utime + used.ru_stime:.0f}")
        print(f"{stage} epoch {epoch + 1}/{epochs}: loss {loss:.4f}, test {correct}/{samples}, {time.monotonic() - start:.0f} s", flush=True)

    model = nets_bert.Bert(options.dropout)
    model.load_state_dict(pretrain(tokens, options, log))
    torch.manual_seed(options.seed)
    if options.net == "bert_sst2":
        torch.nn.init.normal_(model.classifier.weight, std=0.02)
        torch.nn.init.zeros_(model.classifier.bias)
    state, test = finetune(model, options, tokenizer, log)
    shipped = {name: tensor.half() for name, tensor in state.items()}
    model.load_state_dict({name: tensor.float() for name, tensor in shipped.items()})
    correct = count_correct(model, test)
    configuration = {key: str(value) for key, value in vars(options).items() if key not in ("out", "work", "data")}
    metadata = {"format": "pt", "net": options.net, "size": "compact", "data": "small_fine_foods", "classes": "2", "correct": correct,
                "samples": len(test), "torch": torch.__version__, "recipe": json.dumps(configuration, sort_keys=True)}
    safetensors.save(options.out / f"{options.net}.safetensors", shipped, metadata)
    header = "stage,epoch,train_loss,test_correct,test_samples,wall_seconds,cpu_seconds"
    (options.out / f"{options.net}.log.csv").write_text("\n".join([header, *lines]) + "\n")
    print(f"{options.net}: {correct}/{len(test)} correct in float16", file=sys.stderr)


if __name__ == "__main__":
    main()
