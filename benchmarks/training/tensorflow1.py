"""The thesis' stack: the networks in TensorFlow 1.15, bare and in the base code's kind of loop.

Runs in a Python 3.7 of its own (`compare.py` starts it): `tensorflow1.py bare|loop DATA.h5 BATCH
RATE`. Reads a number of iterations per line and answers with the CPU seconds that they took.

`bare` runs nothing but the training operation of each step, on a batch that lies in memory. `loop`
does what the base code of the thesis does: single faces read from HDF5 by threads into a shuffling
queue, a batch fetched and fed back at every step, all losses, predictions, images and summaries
fetched with every training operation, summaries written, a test batch every 100 steps.
"""

import sys
import tempfile
import time

import h5py
import numpy as np
import tensorflow as tf

ALPHA = 0.9
UNITS = 8
NOISE = 100
DECONVOLUTIONS = ((384, 2, 1), (128, 3, 2), (64, 4, 2), (3, 6, 2))
START = 1500
THREADS = 16


def lrelu(x):
    return 0.6 * x + 0.4 * tf.abs(x)


def normalised(x):
    return tf.contrib.layers.batch_norm(
        x, center=True, scale=True, decay=0.9, is_training=True, updates_collections=None
    )


def generator(noise):
    x = noise[:, None, None, :]
    with tf.variable_scope("Generator"):
        for number, (maps, kernel, stride) in enumerate(DECONVOLUTIONS):
            x = tf.contrib.layers.conv2d_transpose(
                x, maps, kernel, stride, "VALID", activation_fn=None,
                weights_initializer=tf.truncated_normal_initializer(stddev=0.02),
            )  # fmt: skip
            x = tf.tanh(x) if number == 3 else normalised(lrelu(x))
    return x


def discriminator(images, batch, reuse):
    x = images
    with tf.variable_scope("Discriminator", reuse=reuse):
        for number, maps in enumerate((64, 128, 256)):
            with tf.variable_scope("block%d" % number):
                x = tf.contrib.layers.conv2d(
                    x, maps, 5, 2, "SAME", activation_fn=None, scope="conv",
                    weights_initializer=tf.truncated_normal_initializer(stddev=0.02),
                )  # fmt: skip
                with tf.variable_scope("norm"):
                    x = normalised(lrelu(x))
                x = tf.nn.dropout(x, keep_prob=0.5)
        x = tf.reshape(x, [batch, -1])
        return tf.contrib.layers.fully_connected(x, UNITS + 1, activation_fn=None, scope="full")


def huber(a, b):
    away = tf.abs(a - b)
    return tf.where(away < 1, 0.5 * tf.square(away), away - 0.5)


class Model:
    def __init__(self, batch, rate):
        self.image = tf.placeholder(tf.float32, [batch, 28, 28, 3])
        self.label = tf.placeholder(tf.float32, [batch, UNITS])
        self.weight = tf.placeholder(tf.float32, [])
        self.step = tf.train.get_or_create_global_step()
        self.fake = generator(tf.random_uniform([batch, NOISE], -1, 1))
        real = discriminator(self.image, batch, False)
        fake = discriminator(self.fake, batch, True)
        self.predicted = tf.sigmoid(real)
        real_label = tf.concat([self.label, tf.zeros([batch, 1])], 1)
        smooth = (1 - ALPHA) / UNITS * tf.ones([batch, UNITS])
        fake_label = tf.concat([smooth, ALPHA * tf.ones([batch, 1])], 1)
        cross = tf.nn.sigmoid_cross_entropy_with_logits
        parts = []
        for logits, labels in ((real, real_label), (fake, fake_label)):
            units = cross(logits=logits[:, :-1], labels=labels[:, :-1])
            node = cross(logits=logits[:, -1:], labels=labels[:, -1:])
            parts.append(tf.reduce_mean(units + node))
        self.d_loss = parts[0] + parts[1]
        self.g_loss = tf.reduce_mean(tf.log_sigmoid(fake[:, -1]))
        self.g_loss += self.weight * tf.reduce_mean(huber(self.image, self.fake))
        self.s_loss = tf.reduce_mean(huber(self.label, self.predicted[:, :-1]))
        hits = tf.equal(self.predicted[:, :-1] > 0.5, self.label > 0.5)
        self.accuracy = tf.reduce_mean(tf.cast(hits, tf.float32))
        self.train = {
            "d": self.optimizer(self.d_loss, rate / 2, "Discriminator"),
            "g": self.optimizer(self.g_loss, rate, "Generator"),
        }
        for name in ("d_loss", "g_loss", "s_loss", "accuracy"):
            tf.summary.scalar(name, getattr(self, name))
        for number, part in enumerate(parts):
            tf.summary.scalar("d_loss_%d" % number, part)
        tf.summary.image("fake", self.fake)
        tf.summary.image("real", self.image, max_outputs=1)
        for name, value in (
            ("label", self.label), ("on_real", self.predicted), ("on_fake", tf.sigmoid(fake))
        ):  # fmt: skip
            tf.summary.image(name, tf.reshape(value, [1, batch, -1, 1]))
        self.summary = tf.summary.merge_all()

    def optimizer(self, loss, rate, scope):
        return tf.contrib.layers.optimize_loss(
            loss, self.step, rate, tf.train.AdamOptimizer(beta1=0.5), clip_gradients=20.0,
            variables=tf.trainable_variables(scope), name=scope + "_loss",
        )  # fmt: skip


def queue(file, batch):
    names = tf.train.string_input_producer(tf.convert_to_tensor(sorted(file)), capacity=128)

    def load(name):
        group = file[name.decode()]
        return group["image"][()].astype(np.float32) / 255, group["label"][()].astype(np.float32)

    image, label = tf.py_func(load, [names.dequeue()], [tf.float32, tf.float32])
    image.set_shape([28, 28, 3])
    label.set_shape([UNITS])
    capacity = 2 * batch * THREADS
    return tf.train.shuffle_batch(
        {"image": image, "label": label}, batch, capacity, int(min(capacity * 0.75, 1024)), THREADS
    )


def main():
    mode, path, batch, rate = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    tf.set_random_seed(1)
    file = h5py.File(path, "r")
    model = Model(batch, 1e-4)
    inputs = queue(file, batch)
    threads = tf.ConfigProto(intra_op_parallelism_threads=1, inter_op_parallelism_threads=1)
    with tf.Session(config=threads) as session, tempfile.TemporaryDirectory() as folder:
        session.run(tf.global_variables_initializer())
        coordinator = tf.train.Coordinator()
        writer = tf.summary.FileWriter(folder)
        if mode == "loop":
            tf.train.start_queue_runners(session, coordinator)
        some = [file[name] for name in sorted(file)[:batch]]
        fixed = {
            model.image: np.stack([one["image"][()] for one in some]) / 127.5 - 1,
            model.label: np.stack([one["label"][()] for one in some]),
            model.weight: 0.0,
        }
        step = START

        def bare():
            session.run(model.train["g" if step % (rate + 1) else "d"], fixed)

        def loop():
            data = session.run(inputs)
            feed = {model.image: data["image"], model.label: data["label"], model.weight: 0.0}
            fetched = session.run(
                [model.step, model.accuracy, model.summary, model.d_loss, model.g_loss,
                 model.s_loss, model.predicted, model.label, model.fake,
                 model.train["g" if step % (rate + 1) else "d"]], feed,
            )  # fmt: skip
            writer.add_summary(fetched[2], step)
            if step % 100 == 0:
                data = session.run(inputs)
                feed = {model.image: data["image"], model.label: data["label"], model.weight: 0.0}
                session.run([model.accuracy, model.predicted], feed)

        for line in sys.stdin:
            start = time.process_time()
            for _ in range(int(line)):
                (bare if mode == "bare" else loop)()
                step += 1
            print(time.process_time() - start, flush=True)
        coordinator.request_stop()


if __name__ == "__main__":
    main()
