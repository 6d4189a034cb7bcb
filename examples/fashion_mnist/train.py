#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Trains the Fashion-MNIST networks of this folder and writes them as ONNX.

    apt-get install python3-torch python3-onnx dataset-fashion-mnist
    ./train.py cnn -o fmnist_cnn.onnx              # networks: cnn, resnet, mlp, mobilenet, autoencoder
    ./train.py mlp -o /tmp/mlp.onnx --epochs 1 --limit 2000      # a try in seconds

The 60,000 training images are split by a fixed seed into 55,000 to learn from and 5,000 that choose the best
epoch. The 10,000 test images are measured once, at the end. Input: pixel / 255, so that background is zero.
Batch normalisation exists only while training: it is folded into the convolutions before export.
"""
import argparse
import gzip
import pathlib

import numpy
import torch
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

DATA = pathlib.Path("/usr/share/datasets/fashion-mnist")
SPLIT_SEED = 123
HELD_OUT = 5000


class ConvBn(nn.Module):
    """Convolution without bias, then batch normalisation; one convolution after fold()."""

    def __init__(self, inputs, outputs, kernel=3, stride=1, groups=1):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, padding=kernel // 2, groups=groups, bias=False)
        self.norm = nn.BatchNorm2d(outputs)

    def forward(self, x):
        return self.norm(self.conv(x))

    def fold(self):
        self.conv = fuse_conv_bn_eval(self.conv, self.norm)
        self.norm = nn.Identity()


class Block(nn.Module):
    """Basic residual block; a 1x1 convolution on the shortcut where the shape changes."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.first = ConvBn(inputs, outputs, stride=stride)
        self.second = ConvBn(outputs, outputs)
        same = inputs == outputs and stride == 1
        self.shortcut = nn.Identity() if same else ConvBn(inputs, outputs, kernel=1, stride=stride)

    def forward(self, x):
        return torch.relu(self.second(torch.relu(self.first(x))) + self.shortcut(x))


class Separable(nn.Module):
    """Depthwise 3x3, then pointwise 1x1 convolution, both with Relu6."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.depthwise = ConvBn(inputs, inputs, stride=stride, groups=inputs)
        self.pointwise = ConvBn(inputs, outputs, kernel=1)

    def forward(self, x):
        return nn.functional.relu6(self.pointwise(nn.functional.relu6(self.depthwise(x))))


class GlobalMean(nn.Module):
    def forward(self, x):
        return x.mean((2, 3))


def make_network(name):
    if name == "mlp":
        return nn.Sequential(nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 64), nn.ReLU(),
                             nn.Linear(64, 10))
    if name == "cnn":
        return nn.Sequential(ConvBn(1, 16), nn.ReLU(), nn.MaxPool2d(2), ConvBn(16, 32), nn.ReLU(), nn.MaxPool2d(2),
                             ConvBn(32, 32), nn.ReLU(), nn.Flatten(), nn.Linear(1568, 32), nn.ReLU(), nn.Linear(32, 10))
    if name == "mobilenet":
        return nn.Sequential(ConvBn(1, 16, stride=2), nn.ReLU6(), Separable(16, 32, 1), Separable(32, 64, 2),
                             Separable(64, 64, 1), GlobalMean(), nn.Linear(64, 10))
    if name == "autoencoder":
        return nn.Sequential(nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 8), nn.Linear(8, 128), nn.ReLU(),
                             nn.Linear(128, 784))
    return nn.Sequential(ConvBn(1, 16, stride=2), nn.ReLU(), Block(16, 16, 1), Block(16, 32, 2), Block(32, 32, 1),
                         GlobalMean(), nn.Linear(32, 10))


def read_idx(name):
    """One IDX file of unsigned bytes: magic 0x0000080d with d dimensions, d sizes (big endian), values."""
    with gzip.open(DATA / name) as file:
        raw = file.read()
    dimensions = raw[3]
    shape = numpy.frombuffer(raw, ">u4", dimensions, 4)
    return numpy.frombuffer(raw, numpy.uint8, offset=4 + 4 * dimensions).reshape(shape)


def load(part):
    images = torch.from_numpy(read_idx(f"{part}-images-idx3-ubyte.gz").astype(numpy.float32)) / 255
    return images.unsqueeze(1), torch.from_numpy(read_idx(f"{part}-labels-idx1-ubyte.gz").astype(numpy.int64))


class Classification:
    """Ten classes: cross entropy; judged by accuracy."""
    measure, output = "accuracy", "logits"

    @staticmethod
    def loss(outputs, _, labels):
        return nn.functional.cross_entropy(outputs, labels)

    @staticmethod
    def score(outputs, _, labels):
        return (outputs.argmax(1) == labels).float()


class Reconstruction:
    """The input again: mean squared error, less of it is better."""
    measure, output = "negative mean squared error", "reconstruction"

    @staticmethod
    def loss(outputs, images, _):
        return nn.functional.mse_loss(outputs, images.flatten(1))

    @staticmethod
    def score(outputs, images, _):
        return -(outputs - images.flatten(1)).square().mean(1)


def score(network, task, images, labels):
    """Mean over the images."""
    network.eval()
    with torch.no_grad():
        scores = [task.score(network(x), x, y) for x, y in zip(images.split(500), labels.split(500))]
    return float(torch.cat(scores).mean())


def augment(images):
    """Each image of the batch mirrored with probability 1/2: clothes have no side."""
    mirrored = torch.rand(len(images), 1, 1, 1) < 0.5
    return torch.where(mirrored, images.flip(3), images)


def train(network, task, images, labels, held_images, held_labels, epochs, batch, rate):
    """AdamW with one cosine decay; the weights of the best held-out epoch are kept."""
    optimizer = torch.optim.AdamW(network.parameters(), rate, weight_decay=1e-3)
    steps = max(1, epochs * ((len(images) + batch - 1) // batch))
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    best, best_state = -float("inf"), None
    for epoch in range(epochs):
        network.train()
        for chosen in torch.randperm(len(images)).split(batch):
            seen = augment(images[chosen])
            loss = task.loss(network(seen), seen, labels[chosen])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
        held = score(network, task, held_images, held_labels)
        print(f"epoch {epoch + 1}/{epochs}: held-out {task.measure} {held:.4f}", flush=True)
        if held > best:
            best, best_state = held, {key: value.clone() for key, value in network.state_dict().items()}
    if best_state is not None:
        network.load_state_dict(best_state)


def fold(network):
    """Folds every batch normalisation; checks that the network still computes the same."""
    network.eval()
    probe = torch.rand(4, 1, 28, 28)
    with torch.no_grad():
        before = network(probe)
        for module in network.modules():
            if isinstance(module, ConvBn):
                module.fold()
        difference = (network(probe) - before).abs().max().item()
    if difference > 1e-4:
        raise SystemExit(f"folding changed the outputs by {difference}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("network", choices=["cnn", "resnet", "mlp", "mobilenet", "autoencoder"])
    parser.add_argument("-o", "--output", required=True, help="ONNX file to write")
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--limit", type=int, help="learn from the first LIMIT images only")
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()

    images, labels = load("train")
    order = torch.randperm(len(images), generator=torch.Generator().manual_seed(SPLIT_SEED))
    held, learn = order[:HELD_OUT], order[HELD_OUT:][:options.limit]
    torch.manual_seed(options.seed)
    network = make_network(options.network)
    task = Reconstruction if options.network == "autoencoder" else Classification
    train(network, task, images[learn], labels[learn], images[held], labels[held], options.epochs, options.batch, options.rate)
    fold(network)
    print(f"{task.measure}: held-out {score(network, task, images[held], labels[held]):.4f}, "
          f"test {score(network, task, *load('t10k')):.4f}")
    torch.onnx.export(network, torch.zeros(1, 1, 28, 28), options.output, opset_version=13, input_names=["image"],
                      output_names=[task.output], dynamic_axes={"image": {0: "batch"}, task.output: {0: "batch"}})


if __name__ == "__main__":
    main()
