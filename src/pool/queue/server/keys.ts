// What we have in the queue server, and under which names.
//
//     {thumbs}:runs                     hash: the id of each run -> its RunEntry as JSON, written anew at each beat
//     {thumbs}:run-<id>:hosts           hash: the id of each host of that run -> its HostEntry as JSON
//     {thumbs}:run-<id>:wait, ...       BullMQ's keys of that run's queue
//     {thumbs}:wake                     channel: something above has changed
//
// The braces put all of them into one slot of a Redis cluster.

export const PREFIX = '{thumbs}';

export const RUNS_KEY: string = `${PREFIX}:runs`;

export const WAKE_CHANNEL: string = `${PREFIX}:wake`;

/** The name of a run's queue, as BullMQ has it. */
export function queueName(run: string): string {
  return `run-${run}`;
}

/** A key of a run's queue. */
export function queueKey(run: string, name: string): string {
  return `${PREFIX}:${queueName(run)}:${name}`;
}

export function hostsKey(run: string): string {
  return queueKey(run, 'hosts');
}
