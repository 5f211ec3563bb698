# SPDX-License-Identifier: GPL-3.0-or-later
"""Train the compact BERTs and write them as float16 safetensors: `make retrain NET=bert_sst2` (or bert_mrpc).

Two stages. First the encoder, once for both networks: masked words, and whether two passages belong together, on the
4,000 training reviews (build/train/bert_encoder.pt). Then the network's own task, with dropout, words hidden at random,
label smoothing and the average of the weights after each of the last epochs. Pairs are drawn anew in each epoch. Seeded;
a checkpoint after each epoch is picked up again by the next call.
"""
import argparse
import pathlib
import random
import sys

import torch
from torch.nn import functional

import common
import nets_bert
import text
import text_rows
import text_vectors

LONGEST = nets_bert.PLACES
RECIPES = {"bert_sst2": dict(epochs=6), "bert_mrpc": dict(epochs=10)}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--net", required=True, choices=sorted(RECIPES))
    parser.add_argument("--out", type=pathlib.Path, required=True, help="folder for NET.safetensors, NET.log.csv, bert.vocab.txt")
    parser.add_argument("--work", type=pathlib.Path, required=True, help="folder for the checkpoints (build/train)")
    parser.add_argument("--data", type=pathlib.Path, default=pathlib.Path("build/datasets"), help="what datasets/reviews.R wrote")
    parser.add_argument("--vectors", type=float, default=0.05, help="standard deviation of the first word embeddings")
    parser.add_argument("--pretrain", type=int, default=8, help="epochs of the encoder")
    parser.add_argument("--pretrain-rate", type=float, default=1e-3)
    parser.add_argument("--guessed", type=float, default=0.2, help="share of the pieces to guess in pre-training")
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--averaged", type=int, default=3, help="last epochs whose weights are averaged")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--rate", type=float, default=3e-4, help="peak learning rate of the task")
    parser.add_argument("--decay", type=float, default=0.05)
    parser.add_argument("--dropout", type=float, default=0.3)
    parser.add_argument("--hidden-words", type=float, default=0.15, help="share of the pieces hidden in the task's training")
    parser.add_argument("--smoothing", type=float, default=0.1)
    parser.add_argument("--held-out", type=int, default=0,
                        help="count on that many training reviews in place of the test set: to choose a recipe with")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    known, _ = parser.parse_known_args()
    parser.set_defaults(**RECIPES[known.net])
    return parser.parse_args()


def optimiser_for(model, rate, decay):
    return torch.optim.AdamW(common.groups_of(model, decay), lr=rate, betas=(0.9, 0.98))


def train_epoch(model, optimiser, peak, epoch, epochs, batches, loss_of):
    """One pass over the batches; the mean loss."""
    model.train()
    total = 0.0
    for index, batch in enumerate(batches):
        for group in optimiser.param_groups:
            group["lr"] = common.rate_at((epoch + index / len(batches)) / epochs, peak)
        loss = loss_of(*batch)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        total += loss.item()
    return total / len(batches)


def random_sources(seed, epoch):
    torch.manual_seed(seed * 1000 + epoch)  # dropout
    return random.Random(seed * 1000 + epoch), torch.Generator().manual_seed(seed * 1000 + epoch)


# ===  The encoder  ===

class Guesser(torch.nn.Module):
    """A BERT with the head that guesses hidden words by the word embeddings; the head is not shipped."""

    def __init__(self, vectors):
        super().__init__()
        self.body = nets_bert.Bert(0.0)
        self.body.bert.embeddings.word_embeddings.weight.data = vectors
        self.dense = torch.nn.Linear(nets_bert.WIDTH, nets_bert.WIDTH)
        self.norm = torch.nn.LayerNorm(nets_bert.WIDTH)
        self.bias = torch.nn.Parameter(torch.zeros(nets_bert.WORDS))

    def forward(self, numbers, segments, chosen):
        """(scores of the chosen places, scores of the pairs question)"""
        encoded = self.body.encode(numbers, segments)
        words = self.norm(functional.gelu(self.dense(encoded[chosen])).float())
        scores = functional.linear(words, self.body.bert.embeddings.word_embeddings.weight, self.bias)
        return scores.float(), self.body.answer(encoded).float()


def pretrain(documents, options, run):
    """Weights of the encoder; the run's log gets one row an epoch."""
    run.checkpoint = options.work / "bert_encoder.pt"
    first, kept = 0, run.resume()
    shape = nets_bert.WORDS, nets_bert.WIDTH
    vectors = torch.zeros(shape) if kept else text_vectors.vectors(documents, *shape, options.vectors)
    torch.manual_seed(options.seed)
    model = Guesser(vectors)
    optimiser = optimiser_for(model, options.pretrain_rate, 0.01)
    if kept:
        first = kept["epoch"]
        model.load_state_dict(kept["model"])
        optimiser.load_state_dict(kept["optimiser"])
    for epoch in range(first, options.pretrain):
        order, generator = random_sources(options.seed, epoch)

        def loss_of(numbers, segments, labels):
            shown, chosen = text_rows.hide_to_guess(numbers, options.guessed, nets_bert.WORDS, generator)
            with torch.autocast("cpu", dtype=torch.bfloat16):
                words, pairs = model(shown, segments, chosen)
            return functional.cross_entropy(words, numbers[chosen]) + 0.5 * functional.cross_entropy(pairs, labels)

        batches = text_rows.batches(text_rows.half_pairs(documents, LONGEST, order), options.batch, order)
        loss = train_epoch(model, optimiser, options.pretrain_rate, epoch, options.pretrain, batches, loss_of)
        run.add("encoder", epoch + 1, loss, "", "")
        run.save({"epoch": epoch + 1, "model": model.state_dict(), "optimiser": optimiser.state_dict()})
    return model.body.state_dict()


# ===  The task  ===

def count_correct(model, rows):
    """Right answers in float32; rows of like length together."""
    model.eval()
    rows = sorted(rows, key=lambda row: len(row[0]))
    with common.quick_float32():
        return sum((model(numbers, segments).argmax(1) == labels).sum().item()
                   for numbers, segments, labels in (text_rows.pack(rows[i:i + 50]) for i in range(0, len(rows), 50)))


def task_rows(options, tokenizer, documents):
    """(function of a random source -> training rows, test rows)"""
    held = options.held_out
    if options.net == "bert_mrpc":
        if held:
            return (lambda order: text_rows.passage_pairs(documents[held:], LONGEST, order),
                    text_rows.passage_pairs(documents[:held], LONGEST, random.Random(0)))
        test = [(*text.sequence(tokenizer(a), tokenizer(b), LONGEST), label) for a, b, label in text.pairs(options.data, "test")]
        return lambda order: text_rows.passage_pairs(documents, LONGEST, order), test
    train, test = ([(*text.sequence(tokenizer(review), [], LONGEST), label) for review, label in text.reviews(options.data, part)]
                   for part in ("train", "test"))
    if held:
        train, test = train[held:], train[:held]
    return lambda order: train, test


def finetune(model, options, rows_of, test, run):
    """The average of the weights after each of the last epochs."""
    run.checkpoint = options.work / f"{options.net}.pt"
    optimiser = optimiser_for(model, options.rate, options.decay)
    first, average, kept = 0, {}, run.resume()
    if kept:
        first, average = kept["epoch"], kept["average"]
        model.load_state_dict(kept["model"])
        optimiser.load_state_dict(kept["optimiser"])
    for epoch in range(first, options.epochs):
        order, generator = random_sources(options.seed, 100 + epoch)

        def loss_of(numbers, segments, labels):
            with torch.autocast("cpu", dtype=torch.bfloat16):
                scores = model(text_rows.hide(numbers, options.hidden_words, generator), segments)
            return functional.cross_entropy(scores.float(), labels, label_smoothing=options.smoothing)

        batches = text_rows.batches(rows_of(order), options.batch, order)
        loss = train_epoch(model, optimiser, options.rate, epoch, options.epochs, batches, loss_of)
        run.add(options.net, epoch + 1, loss, count_correct(model, test), len(test))
        if epoch >= options.epochs - options.averaged:
            average = {name: average.get(name, 0) + tensor / options.averaged for name, tensor in model.state_dict().items()}
        run.save({"epoch": epoch + 1, "average": average, "model": model.state_dict(), "optimiser": optimiser.state_dict()})
    return average


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
    documents = [[tokenizer(word) for word in review.split(" ")] for review in texts]

    run = common.Run(options.work)
    encoder = pretrain(documents[options.held_out:], options, run)
    model = nets_bert.Bert(options.dropout)
    model.load_state_dict(encoder)
    if options.net == "bert_sst2":  # the encoder's last layer answers the pairs question
        torch.manual_seed(options.seed)
        torch.nn.init.normal_(model.classifier.weight, std=0.02)
        torch.nn.init.zeros_(model.classifier.bias)
    rows_of, test = task_rows(options, tokenizer, documents)
    shipped = common.half(finetune(model, options, rows_of, test, run))
    model.load_state_dict({name: tensor.float() for name, tensor in shipped.items()})
    correct = count_correct(model, test)
    common.ship(options.out / f"{options.net}.safetensors", options.net, shipped, options, data="small_fine_foods", classes=2,
                correct=correct, samples=len(test))
    run.write_log(options.out / f"{options.net}.log.csv", "stage,epoch,train_loss,test_correct,test_samples")
    print(f"{options.net}: {correct}/{len(test)} correct in float16, {run.wall:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
