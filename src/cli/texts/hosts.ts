// What a run with a queue says of its hosts.

import type { HostEvent, HostFigures, QueueEvent } from '../../run/events.js';
import type { Colors } from '../screen.js';
import { count, integer, rate } from './format.js';

/** Slower than this share of the fastest host, for each consumer, a host is called slow. */
const SLOW = 0.5;

/** `attic has joined: 8 consumers`, `nas is refused: sharp 0.35.4 there, 0.35.5 here`. */
export function hostLine({ host, standing, consumers, reason }: HostEvent, colors: Colors): string {
  const why = reason === undefined ? '' : `: ${reason}`;
  switch (standing) {
    case 'joined':
      return `${colors.green(host)} has joined: ${count(consumers, 'consumer')}`;
    case 'left':
      return `${colors.yellow(host)} has left${why}`;
    case 'lost':
      return `${colors.red(host)} does not answer: what it had goes to other hosts`;
    default:
      return `${colors.yellow(host)} is ${standing}${why}`;
  }
}

/** `Waiting for the queue server redis://nas:6379: connect ECONNREFUSED`. */
export function queueLine({ waitsFor, warning }: QueueEvent, colors: Colors): string {
  if (warning !== undefined) return colors.yellow(`The queue server: ${warning}`);
  return waitsFor === undefined ? 'The run goes on.' : colors.yellow(`Waiting for ${waitsFor}`);
}

/** A line for each host: `attic: 120 photos by 8 consumers, 33.1 images/s`. */
export function hostLines(hosts: readonly HostFigures[] | undefined, colors: Colors): string[] {
  const speeds = (hosts ?? []).map(
    ({ imagesPerSecond, consumers }) => imagesPerSecond / Math.max(consumers, 1),
  );
  const fastest = Math.max(0, ...speeds);
  return (hosts ?? []).map(({ host, standing, photos, consumers, imagesPerSecond }, index) => {
    const isSlow = (speeds[index] ?? 0) < SLOW * fastest;
    const figures = `${count(photos, 'photo')} by ${count(consumers, 'consumer')}, ${rate(imagesPerSecond)} images/s`;
    const remarks = [...(isSlow ? ['slow'] : []), ...(standing === 'joined' ? [] : [standing])];
    return `${colors.dim('host')} ${host}: ${figures}${remarks.length === 0 ? '' : colors.yellow(` (${remarks.join(', ')})`)}`;
  });
}

/** For the progress line: `attic 33.1, nas 12.0`, or `12 hosts` where they are many. */
export function shortHosts(hosts: readonly HostFigures[] | undefined): string | undefined {
  const joined = (hosts ?? []).filter(({ standing }) => standing === 'joined');
  if (joined.length < 2) return undefined;
  if (joined.length > MOST_NAMED) return `${integer(joined.length)} hosts`;
  return joined.map(({ host, imagesPerSecond }) => `${host} ${rate(imagesPerSecond)}`).join(', ');
}

const MOST_NAMED = 3;
