"""The pipeline of 2013 that `thumbs` descends from, with a current Pillow. Producer, consumers and sink are processes.

    pillow.py PHOTOS OUT WIDTHxHEIGHT CONSUMERS

Thumbnails are PNGs named by their SHA-256. The sink writes OUT/manifest.txt. Exit code 1: some photos failed.
"""

import hashlib
import io
import multiprocessing
import os
import sys

from PIL import Image, ImageOps

EXTENSIONS = (".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".gif", ".tif", ".tiff", ".avif")

# Ends a queue. Each consumer takes one from the jobs and emits one to the results.
SENTINEL = None


def walk(folder):
    """Yields the photos below a folder. Hidden files, hidden folders and symbolic links are left out."""
    for parent, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            file = os.path.join(parent, name)
            if name.lower().endswith(EXTENSIONS) and not name.startswith(".") and not os.path.islink(file):
                yield file


def make_thumbnail(source, out, box):
    with Image.open(source) as image:
        # Shrink on load down to twice the box, as libvips does. The resampler does the rest.
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
        except Exception as error:  # Pillow raises many types of exceptions. Each costs one photo.
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
    sink_process = multiprocessing.Process(target=sink, args=(results, out, len(consumers)))
    for process in [*consumers, sink_process]:
        process.start()
    for source in walk(folder):
        jobs.put(source)
    for _ in consumers:
        jobs.put(SENTINEL)
    died = 0
    for consumer in consumers:
        consumer.join()
        if consumer.exitcode != 0:
            # It has emitted no sentinel, and the sink waits for one.
            died += 1
            results.put(SENTINEL)
    # If all consumers died, jobs are left in the queue. This process must not wait for them.
    jobs.cancel_join_thread()
    sink_process.join()
    sys.exit(1 if died > 0 else sink_process.exitcode)


if __name__ == "__main__":
    main()
