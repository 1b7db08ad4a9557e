// The summary of a run that did not take place.

import path from 'node:path';
import type { SummaryEvent } from '../../../src/run/events.js';

/** 100 photos of 3 MB and 10 megapixels, made in 10 seconds, or other figures. */
export function summaryEvent(figures: Partial<SummaryEvent> = {}): SummaryEvent {
  const { photos = 100, seconds = 10 } = figures;
  return {
    type: 'summary',
    photos,
    done: photos,
    made: photos,
    shared: 0,
    unchanged: 0,
    identified: 0,
    failed: 0,
    known: 0,
    failures: {},
    removed: 0,
    kept: 0,
    emptyRoots: [],
    unreadableFolders: 0,
    skippedLinks: 0,
    passedOver: {},
    photosPassedOver: 0,
    lacking: [],
    besideJpeg: {},
    skippedFolders: {},
    selectedNothing: { paths: [], include: [] },
    excludedNothing: [],
    notReached: 0,
    walked: true,
    workers: 2,
    seconds,
    imagesPerSecond: photos / seconds,
    sourceBytes: 300e6,
    sourcePixels: 1000e6,
    peakMemoryBytes: 100e6,
    cpuSeconds: 20,
    out: path.resolve('thumbnails'),
    manifest: path.resolve('thumbnails/manifest.jsonl'),
    exports: [],
    ...figures,
  };
}
