"""opencv.py OUT WIDTHxHEIGHT SHRINK PHOTO..."""

import os
import sys

import cv2

out, size, shrink, *photos = sys.argv[1:]
width, height = map(int, size.split("x"))
# Shrinks JPEGs on load. IMREAD_COLOR drops transparency.
modes = {1: cv2.IMREAD_COLOR, 2: cv2.IMREAD_REDUCED_COLOR_2, 4: cv2.IMREAD_REDUCED_COLOR_4, 8: cv2.IMREAD_REDUCED_COLOR_8}
# The others are decoded whole and then shrunk, which `resize` does better.
is_jpeg = photos[0].endswith((".jpg", ".jpeg"))
mode = modes[int(shrink) if is_jpeg else 1]

cv2.setNumThreads(1)
for photo in photos:
    image = cv2.imread(photo, mode)
    scale = min(width / image.shape[1], height / image.shape[0], 1)
    box = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    name = os.path.splitext(os.path.basename(photo))[0]
    cv2.imwrite(os.path.join(out, name + ".png"), cv2.resize(image, box, interpolation=cv2.INTER_AREA))
