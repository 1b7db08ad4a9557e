// The public library: re-exports only.

export {
  type Expected,
  type ImageErrorCode,
  type Limits,
  type Remedy,
  type RunErrorCode,
  ThumbsError,
} from './errors.js';
export { createGallery, type GallerySummary } from './gallery/create-gallery.js';
export type { GalleryOptions } from './gallery/settings.js';
export type { SourceFormat } from './image/decoders/index.js';
export type { Attempt, HostStanding, Why } from './job.js';
export type { LinkFigures } from './links/tree.js';
export {
  type FindOptions,
  type FoundEvent,
  type FoundThumbnail,
  findThumbnails,
  type NotFoundEvent,
} from './maintenance/find.js';
export type {
  FindingEvent,
  VerifiedEvent,
  VerifyEvent,
  VerifyProgressEvent,
} from './maintenance/findings.js';
export { type MergeOptions, type MergeSummary, mergeShards } from './maintenance/merging/merge.js';
export { type PruneOptions, pruneThumbnails } from './maintenance/prune.js';
export type { PrunedEvent } from './maintenance/unneeded.js';
export { type VerifyOptions, verifyThumbnails } from './maintenance/verify.js';
export type { VersionChange } from './manifest/digests/digests.js';
export { readManifest } from './manifest/reading.js';
export type {
  DoneRecord,
  FailedRecord,
  ManifestRecord,
  ThumbnailEntry,
} from './manifest/record.js';
export type { MadeAnew } from './manifest/store.js';
export type {
  Embedded,
  Layout,
  LinkType,
  PlaceOptions,
  ThumbsOptions,
  WorkerOptions,
} from './options/options.js';
export type { EncodingSettings, OutputFormat } from './options/output-formats.js';
export type { Box, Fit, Position } from './options/variant.js';
export type { SizeOption, VariantSpec } from './options/variant-spec.js';
export { createThumbnails } from './run/create-thumbnails.js';
export type {
  Amount,
  DoneEvent,
  FailedEvent,
  HostEvent,
  HostFigures,
  LackingFigures,
  PassedOverEvent,
  PlannedEvent,
  PlanSummaryEvent,
  Progress,
  Pruned,
  QueueEvent,
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
export { type WorkerHostEvent, workForQueue } from './run/work-for-queue.js';
