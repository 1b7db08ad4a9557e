"""The pipeline that the design descends from, with today's Pillow: a producer, consumers and a sink, each a process.

    pillow.py PHOTOS OUT WIDTHxHEIGHT CONSUMERS

Thumbnails are named by their SHA-256; the sink writes OUT/manifest.txt. Exit code 1: some photos failed.
"""

import hashlib
import io
import multiprocessing
import os
import sys

from PIL import Image, ImageOps

EXTENSIONS = (".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".gif", ".tif", ".tiff", ".avif")

# Ends a queue; each consumer takes one and passes one on.
SENTINEL = None


def walk(folder):
    """The photos below a folder, without hidden ones and links."""
    for parent, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            file = os.path.join(parent, name)
            if name.lower().endswith(EXTENSIONS) and not name.startswith(".") and not os.path.islink(file):
                yield file


def make_thumbnail(source, out, box):
    with Image.open(source) as image:
        # Twice the box is left to the resampler, as libvips leaves it.
        image.draft(None, (2 * box[0], 2 * box[1]))
        if image.mode not in ("L", "LA", "RGB", "RGBA"):
            image = image.convert("RGBA" if "transparency" in image.info else "RGB")
        image.thumbnail(box)
        encoded = io.BytesIO()
        ImageOps.exif_transpose(image).save(encoded, "PNG")
    png = encoded.getvalue()
    name = hashlib.sha256(png).hexdigest() + ".png"
    with open(os.path.join(out, name), "wb") as file:
        file.write(png)
    return name


def consume(jobs, results, out, box):
    while True:
        source = jobs.get()
        if source is SENTINEL:
            break
        try:
            results.put((source, make_thumbnail(source, out, box), None))
        except Exception as error:  # Whatever a broken photo makes of Pillow costs that photo alone.
            results.put((source, None, f"{type(error).__name__}: {error}"))
    results.put(SENTINEL)


def sink(results, out, consumers):
    failed = 0
    with open(os.path.join(out, "manifest.txt"), "w", encoding="utf-8", errors="surrogateescape") as manifest:
        while consumers > 0:
            result = results.get()
            if result is SENTINEL:
                consumers -= 1
                continue
            source, name, reason = result
            if reason is None:
                manifest.write(f"{name}: {source}\n")
            else:
                failed += 1
                print(f"{source}: {reason}", file=sys.stderr)
    sys.exit(1 if failed > 0 else 0)


def main():
    folder, out, size, count = sys.argv[1:]
    width, height = size.split("x")
    jobs, results = multiprocessing.Queue(), multiprocessing.Queue()
    arguments = (jobs, results, out, (int(width), int(height)))
    consumers = [multiprocessing.Process(target=consume, args=arguments) for _ in range(int(count))]
    last = multiprocessing.Process(target=sink, args=(results, out, len(consumers)))
    for process in [*consumers, last]:
        process.start()
    for source in walk(folder):
        jobs.put(source)
    for _ in consumers:
        jobs.put(SENTINEL)
    died = 0
    for consumer in consumers:
        consumer.join()
        if consumer.exitcode != 0:
            # The sink would wait for its sentinel forever.
            died += 1
            results.put(SENTINEL)
    # What no consumer was left to take must not keep this process.
    jobs.cancel_join_thread()
    last.join()
    sys.exit(1 if died > 0 else last.exitcode)


if __name__ == "__main__":
    main()
