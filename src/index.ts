// The library. It re-exports, and nothing else.

export { type ImageErrorCode, type RunErrorCode, ThumbsError } from './errors.js';
export type { SourceFormat } from './image/formats.js';
export type {
  DoneRecord,
  FailedRecord,
  ManifestRecord,
  ThumbnailEntry,
} from './manifest/record.js';
export { readManifest } from './manifest/store.js';
export type { Box, ThumbsOptions } from './options.js';
export type {
  Attempt,
  DoneEvent,
  FailedEvent,
  Progress,
  StartEvent,
  StopReason,
  SummaryEvent,
  ThumbsEvent,
  UnreadableFolderEvent,
} from './pipeline/events.js';
export { createThumbnails } from './pipeline/pipeline.js';
