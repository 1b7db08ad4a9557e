// The library. It re-exports, and nothing else.

export { type ImageErrorCode, type Limits, type RunErrorCode, ThumbsError } from './errors.js';
export type { SourceFormat } from './image/formats.js';
export { type PrunedEvent, type PruneOptions, pruneThumbnails } from './maintenance/prune.js';
export {
  type FindingEvent,
  type VerifiedEvent,
  type VerifyEvent,
  type VerifyOptions,
  type VerifyProgressEvent,
  verifyThumbnails,
} from './maintenance/verify.js';
export { readManifest } from './manifest/reading.js';
export type {
  DoneRecord,
  FailedRecord,
  ManifestRecord,
  ThumbnailEntry,
} from './manifest/record.js';
export type { Box, PlaceOptions, ThumbsOptions } from './options.js';
export { type PlanEvent, planThumbnails } from './pipeline/dry-run.js';
export type {
  Amount,
  Attempt,
  DoneEvent,
  FailedEvent,
  PlannedEvent,
  PlanSummaryEvent,
  Progress,
  Pruned,
  StartEvent,
  StopReason,
  SummaryEvent,
  ThumbsEvent,
  UnchangedEvent,
  UnreadableFolderEvent,
} from './pipeline/events.js';
export { createThumbnails } from './pipeline/pipeline.js';
export type { Why } from './pipeline/planner.js';
