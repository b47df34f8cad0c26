"""auva's training step and PyTorch ports of the same networks, as `compare.py` starts them.

    python pytorch.py auva|port|lean BATCH RATE

Reads a number of iterations per line and answers with the CPU seconds that they took. The ports are
what the tables of the thesis come to in the library's own layers, one line per row: nn.Conv2d,
nn.BatchNorm2d, nn.Dropout, nn.ConvTranspose2d, torch.optim.Adam. The plain port translates
`build_loss` of Tables 3.12 to 3.14 as it stands: every step makes both passes and all losses, then
goes backward from the one that it minimises. The lean port leaves out the passes that a step does
not need: generator steps see no real image, discriminator steps detach the fake ones.
"""

import sys
import time
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from auva.models.gan.data import Images, Sampler
from auva.models.gan.losses import Labels
from auva.models.gan.step import discriminator_step, generator_step, make_networks
from auva.models.run import expand

ALPHA = 0.9
UNITS = 8
FACES = 2_000
START = 1_500


class LeakyRelu(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return 0.6 * x + 0.4 * x.abs()


def port_generator() -> nn.Module:
    layers: list[nn.Module] = []
    widths = (100, 384, 128, 64, 3)
    for number, (kernel, stride) in enumerate(((2, 1), (3, 2), (4, 2), (6, 2))):
        maps = widths[number + 1]
        layers.append(nn.ConvTranspose2d(widths[number], maps, kernel, stride))
        last = number == len(widths) - 2
        layers += [nn.Tanh()] if last else [LeakyRelu(), nn.BatchNorm2d(maps, 1e-3, 0.1)]
    return nn.Sequential(*layers)


def port_discriminator() -> nn.Module:
    layers: list[nn.Module] = []
    widths = (3, 64, 128, 256)
    for number, maps in enumerate(widths[1:]):
        # TensorFlow's SAME: at an even side one more row and column at the end.
        border = (2, 2, 2, 2) if number == 2 else (1, 2, 1, 2)
        layers += [nn.ZeroPad2d(border), nn.Conv2d(widths[number], maps, 5, 2)]
        layers += [LeakyRelu(), nn.BatchNorm2d(maps, 1e-3, 0.1), nn.Dropout(0.5)]
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(256 * 16, UNITS + 1))


class Port:
    """The networks, optimizers and data of both ports.

    Parameters
    ----------
    batch, rate : int
        Size of a batch; generator steps to one discriminator step.
    """

    def __init__(self, batch: int, rate: int) -> None:
        torch.manual_seed(1)
        self.batch, self.rate = batch, rate
        self.generator, self.discriminator = port_generator(), port_discriminator()
        betas = (0.5, 0.999)
        self.g_adam = torch.optim.Adam(self.generator.parameters(), 1e-4, betas)
        self.d_adam = torch.optim.Adam(self.discriminator.parameters(), 0.5e-4, betas)
        self.images = torch.rand(FACES, 3, 28, 28) * 2 - 1
        self.labels = (torch.rand(FACES, UNITS) < 0.3).float()
        self.smooth = torch.full((batch, UNITS + 1), (1 - ALPHA) / UNITS)
        self.smooth[:, -1] = ALPHA

    def plain(self, number: int) -> None:
        """Train as the tables are written: all passes and losses, then one backward pass."""
        images, truth = self.real()
        fake = self.fake()
        on_real, on_fake = self.discriminator(images), self.discriminator(fake)
        d_loss = part(on_real, truth) + part(on_fake, self.smooth)
        weight = max(0.0, 10 * (1500 - number) / 1500)
        g_loss = on_fake[:, -1].sigmoid().log().mean() + weight * F.huber_loss(fake, images)
        self.descend(g_loss if number % (self.rate + 1) else d_loss, number)

    def lean(self, number: int) -> None:
        """Train with the passes that a step needs."""
        if number % (self.rate + 1):
            loss = F.logsigmoid(self.discriminator(self.fake())[:, -1]).mean()
        else:
            images, truth = self.real()
            loss = part(self.discriminator(images), truth)
            loss = loss + part(self.discriminator(self.fake().detach()), self.smooth)
        self.descend(loss, number)

    def real(self) -> tuple[Tensor, Tensor]:
        index = torch.randint(FACES, (self.batch,))
        return self.images[index], torch.cat([self.labels[index], torch.zeros(self.batch, 1)], 1)

    def fake(self) -> Tensor:
        return self.generator(torch.rand(self.batch, 100, 1, 1) * 2 - 1)

    def descend(self, loss: Tensor, number: int) -> None:
        of_generator = number % (self.rate + 1) > 0
        network = self.generator if of_generator else self.discriminator
        adam = self.g_adam if of_generator else self.d_adam
        self.g_adam.zero_grad()
        self.d_adam.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 20.0)
        adam.step()


def part(logits: Tensor, target: Tensor) -> Tensor:
    """Return the loss of real or of fake images (Table 3.13)."""
    cross = F.binary_cross_entropy_with_logits
    return cross(logits[:, :-1], target[:, :-1]) + cross(logits[:, -1], target[:, -1])


def ours(batch: int, rate: int) -> Callable[[int], None]:
    """Return auva's training step, on faces and labels made by code."""
    grid = [{"update_rate": [rate], "alpha": [ALPHA]}]
    settings = {"batch_size": batch}
    (run,) = expand({"au": {"kind": "au", "grid": grid}}, settings).values()
    source = torch.Generator().manual_seed(1)
    pixels = torch.randint(0, 256, (FACES, 28, 28, 3), dtype=torch.uint8, generator=source)
    units = (torch.rand(FACES, UNITS, generator=source) < 0.3).float()
    images = Images(pixels, Labels(au=units, au_mask=torch.ones_like(units, dtype=torch.bool)))
    networks = make_networks(run, images, torch.device("cpu"))
    sampler = Sampler(FACES, batch, 1)

    def step(number: int) -> None:
        if number % (rate + 1):
            generator_step(networks, images, sampler, number)
        else:
            discriminator_step(networks, images, sampler)

    return step


def main() -> None:
    torch.set_num_threads(1)
    side, batch, rate = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    if side == "auva":
        step = ours(batch, rate)
    else:
        port = Port(batch, rate)
        step = port.plain if side == "port" else port.lean
    number = START
    for line in sys.stdin:
        start = time.process_time()
        for _ in range(int(line)):
            step(number)
            number += 1
        print(time.process_time() - start, flush=True)


if __name__ == "__main__":
    main()
