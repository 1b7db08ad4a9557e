// What a worker host tells its caller.

/** What a host says, as it happens. */
export type WorkerHostEvent =
  /** The server answers, and the host takes part in runs. */
  | { readonly type: 'ready'; readonly server: string; readonly host: string; readonly consumers: number }
  /** It waits for the server; why, on one line. */
  | { readonly type: 'waiting'; readonly waitsFor: string }
  | { readonly type: 'joined'; readonly run: string; readonly from: string; readonly consumers: number }
  /** It takes nothing of this run; why, on one line. */
  | { readonly type: 'refused'; readonly run: string; readonly from: string; readonly reason: string }
  | {
      readonly type: 'left';
      readonly run: string;
      readonly from: string;
      /** Photos that were done here. */
      readonly photos: number;
      readonly seconds: number;
      /** Absent when the run has ended. */
      readonly reason?: string;
    }
  /** Something in the queue was not what it should be; on one line. */
  | { readonly type: 'warning'; readonly message: string };
