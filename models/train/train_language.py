# SPDX-License-Identifier: GPL-3.0-or-later
"""Train the compact language model and write it as float16 safetensors: `make retrain NET=llama`.

The next token of windows of 256 on the training books (bible.py), which begin at another place in each epoch. Pieces are
learnt from the same books (byte_pairs.py). Seeded; a checkpoint after each epoch is picked up again by the next call. The
weights after the last epoch are shipped.
"""
import argparse
import math
import pathlib
import sys

import torch
from torch.nn import functional

import bible
import byte_pairs
import common
import nets_llama


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--net", required=True, choices=["llama"])
    parser.add_argument("--out", type=pathlib.Path, required=True, help="folder for llama.safetensors, .tokenizer.bin and .log.csv")
    parser.add_argument("--work", type=pathlib.Path, required=True, help="folder for the checkpoints (build/train)")
    parser.add_argument("--bible", default="bible", help="the program of Debian's bible-kjv")
    parser.add_argument("--bible-data", default="/usr/lib", help="folder of its text")
    parser.add_argument("--epochs", type=int, default=9)
    parser.add_argument("--schedule", type=int, default=10, help="epochs after which the learning rate would be zero")
    parser.add_argument("--batch", type=int, default=8, help="windows")
    parser.add_argument("--rate", type=float, default=3e-3, help="peak learning rate")
    parser.add_argument("--decay", type=float, default=0.1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    return parser.parse_args()


def inputs_of(windows):
    """Each window is predicted by itself: <s> and its tokens but the last."""
    return torch.cat((torch.full((len(windows), 1), byte_pairs.BEGIN), windows[:, :-1]), 1)


def test_nats(model, numbers):
    """Mean of -log p over the test part, in windows as `bbsbench perplexity` cuts them; the last one may be short."""
    whole = len(numbers) // nets_llama.CONTEXT * nets_llama.CONTEXT
    total = 0.0
    for windows in (*numbers[:whole].view(-1, nets_llama.CONTEXT).split(8), numbers[None, whole:]):
        if windows.numel() > 0:
            logits = model(inputs_of(windows)).float()
            total += functional.cross_entropy(logits.flatten(0, 1), windows.flatten(), reduction="sum").item()
    return total / len(numbers)


def epoch_windows(numbers, generator):
    """All windows from a first token that is drawn, in an order that is drawn."""
    first = int(torch.randint(0, nets_llama.CONTEXT, (1,), generator=generator))
    windows = numbers[first:first + (len(numbers) - first) // nets_llama.CONTEXT * nets_llama.CONTEXT].view(-1, nets_llama.CONTEXT)
    return windows[torch.randperm(len(windows), generator=generator)]


def train_epoch(model, optimiser, windows, epoch, options):
    batches, total = windows.split(options.batch), 0.0
    for index, batch in enumerate(batches):
        for group in optimiser.param_groups:
            group["lr"] = common.rate_at((epoch + index / len(batches)) / options.schedule, options.rate, 0.05)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = model(inputs_of(batch))
        loss = functional.cross_entropy(logits.float().flatten(0, 1), batch.flatten())
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        total += loss.item()
    return total / len(batches)


def main():
    options = arguments()
    torch.set_num_threads(options.threads)
    torch.use_deterministic_algorithms(True)
    options.out.mkdir(parents=True, exist_ok=True)
    options.work.mkdir(parents=True, exist_ok=True)
    train_text, test_text = bible.parts(options.bible, options.bible_data)
    tokenizer = options.out / "llama.tokenizer.bin"
    if not tokenizer.exists():
        byte_pairs.write(tokenizer, byte_pairs.learn(train_text, nets_llama.WORDS))
    encode = byte_pairs.Encoder(byte_pairs.read(tokenizer))
    train, test = (torch.tensor(encode(text)) for text in (train_text, test_text))
    print(f"{len(train)} tokens to train on, {len(test)} to test", flush=True)

    torch.manual_seed(options.seed)
    model = nets_llama.Llama()
    optimiser = torch.optim.AdamW(common.groups_of(model, options.decay), lr=options.rate, betas=(0.9, 0.95))
    run = common.Run(options.work / "llama.pt")
    first, kept = 0, run.resume()
    if kept:
        first = kept["epoch"]
        model.load_state_dict(kept["model"])
        optimiser.load_state_dict(kept["optimiser"])
    for epoch in range(first, options.epochs):
        generator = torch.Generator().manual_seed(options.seed * 1000 + epoch)
        loss = train_epoch(model, optimiser, epoch_windows(train, generator), epoch, options)
        with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
            run.add(epoch + 1, loss, test_nats(model, test), len(test))
        run.save({"epoch": epoch + 1, "model": model.state_dict(), "optimiser": optimiser.state_dict()})

    shipped = common.half(model.state_dict())
    model.load_state_dict({name: tensor.float() for name, tensor in shipped.items()})
    with common.quick_float32():
        nats = test_nats(model, test)
    common.ship(options.out / "llama.safetensors", "llama", shipped, options, data="kjv", tokens=len(test), nats=nats,
                num_attention_heads=nets_llama.HEADS, rope_theta=nets_llama.THETA, rms_norm_eps=nets_llama.EPSILON,
                context=nets_llama.CONTEXT)
    run.write_log(options.out / "llama.log.csv", "epoch,train_nats,test_nats,test_tokens")
    print(f"llama: perplexity {math.exp(nats):.3f} over {len(test)} tokens in float16, {run.wall:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
