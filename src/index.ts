// The public library: re-exports only.

export {
  type Expected,
  type ImageErrorCode,
  type Limits,
  type Remedy,
  type RunErrorCode,
  ThumbsError,
} from './errors.js';
export type { SourceFormat } from './image/decoders/index.js';
export type { Attempt, Why } from './job.js';
export type {
  FindingEvent,
  VerifiedEvent,
  VerifyEvent,
  VerifyProgressEvent,
} from './maintenance/findings.js';
export { type PruneOptions, pruneThumbnails } from './maintenance/prune.js';
export type { PrunedEvent } from './maintenance/unneeded.js';
export { type VerifyOptions, verifyThumbnails } from './maintenance/verify.js';
export { readManifest } from './manifest/reading.js';
export type {
  DoneRecord,
  FailedRecord,
  ManifestRecord,
  ThumbnailEntry,
} from './manifest/record.js';
export type { PlaceOptions, ThumbsOptions } from './options/options.js';
export type { Box } from './options/variant.js';
export { createThumbnails } from './run/create-thumbnails.js';
export type {
  Amount,
  DoneEvent,
  FailedEvent,
  LackingFigures,
  PassedOverEvent,
  PlannedEvent,
  PlanSummaryEvent,
  Progress,
  Pruned,
  SkippedFolderEvent,
  StartEvent,
  StopReason,
  SummaryEvent,
  ThumbsEvent,
  UnchangedEvent,
  UnreadableFolderEvent,
  WalkFigures,
} from './run/events.js';
export { type PlanEvent, planThumbnails } from './run/plan-thumbnails.js';
