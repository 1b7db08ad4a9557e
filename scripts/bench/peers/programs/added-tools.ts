// Commands of image libraries that take one photo each, in two shells.

import { type Command, parallelCommands, type RunInput } from '../commands.js';
import { outputOf, type Peer, PROCESSES } from './program.js';

/** Runs a line of shell for each photo: it reads `$f` and writes `$o`. */
function shell(line: (input: RunInput) => string) {
  const command = (input: RunInput, names: readonly string[]): Command => {
    // The names are those of our own links.
    const script = `out=$1; shift; for f do o=$out/\${f%.*}.png; ${line(input)}; done`;
    return { program: 'sh', args: ['-c', script, 'sh', input.out, ...names] };
  };
  return (input: RunInput) => parallelCommands(input, command, PROCESSES);
}

/** The text of a program's first line of standard output or error; undefined if it is missing. */
function firstLine(command: string): string | undefined {
  const text = outputOf('sh', ['-c', `command -v ${command.split(' ')[0]} >/dev/null && ${command} 2>&1`]);
  return text?.split('\n')[0]?.trim();
}

/** It does not turn photos upright. */
const libjpegTurbo: Peer = {
  name: 'djpeg and Netpbm',
  package: 'Debian packages libjpeg-turbo-progs and netpbm',
  isAdded: true,
  reads: ['.jpg', '.jpeg'],
  detect() {
    const [jpeg, netpbm] = [firstLine('djpeg -version'), firstLine('pamscale --version')];
    if (jpeg === undefined || netpbm === undefined) return undefined;
    const version = `${jpeg}, ${/Netpbm [\d.]+/.exec(netpbm)?.[0] ?? 'Netpbm'}`;
    return {
      version,
      commands: shell(({ variant: { box }, shrink }) => {
        const scale = `pamscale -xyfit ${box.width} ${box.height}`;
        return `djpeg -scale 1/${shrink} "$f" | ${scale} | pnmtopng > "$o"`;
      }),
    };
  },
};

/** It shrinks on load, and knows square boxes only. */
const gdkPixbuf: Peer = {
  name: 'gdk-pixbuf-thumbnailer',
  package: 'Debian package libgdk-pixbuf2.0-bin',
  isAdded: true,
  reads: ['.jpg', '.jpeg', '.png'],
  detect() {
    if (firstLine('gdk-pixbuf-thumbnailer --help') === undefined) return undefined;
    const version = outputOf('dpkg-query', ['-W', 'libgdk-pixbuf2.0-bin'])?.trim().split('\t')[1];
    return {
      version: `gdk-pixbuf-thumbnailer ${version ?? ''}`.trim(),
      commands: shell(({ variant: { box } }) => `gdk-pixbuf-thumbnailer -s ${box.width} "$f" "$o"`),
    };
  },
};

/** Its own PNG encoder's level 1 and area scaling take 0.93 times as long as level 6 and bicubic. */
const ffmpeg: Peer = {
  name: 'ffmpeg',
  package: 'Debian package ffmpeg',
  isAdded: true,
  reads: ['.jpg', '.jpeg'],
  detect() {
    const version = /^ffmpeg version \S+/.exec(firstLine('ffmpeg -version') ?? '')?.[0];
    if (version === undefined) return undefined;
    return { version, commands: ffmpegCommands };
  },
};

/** Each of the processes takes a part of the numbered links as one sequence of frames. */
function ffmpegCommands({ photos, variant: { box }, out, shrink }: RunInput): Command[][] {
  const count = photos.names.length;
  const starts = Array.from({ length: PROCESSES + 1 }, (_, part) => Math.round((part * count) / PROCESSES));
  return starts.slice(0, -1).map((start, part) => {
    const input = ['-lowres', `${Math.log2(shrink)}`, '-start_number', `${start + 1}`, '-i', '%06d.jpg'];
    const size = `${box.width}:${box.height}:force_original_aspect_ratio=decrease`;
    const end = ['-frames:v', `${(starts[part + 1] ?? count) - start}`];
    const output = ['-compression_level', '1', '-start_number', `${start + 1}`, `${out}/%06d.png`];
    const filter = ['-vf', `scale=${size}:flags=area`];
    const threads = ['-threads', '1'];
    return [
      {
        program: 'ffmpeg',
        args: [
          '-loglevel',
          'error',
          '-nostdin',
          ...threads,
          ...input,
          ...filter,
          ...end,
          ...threads,
          ...output,
        ],
      },
    ];
  });
}

export const addedTools: readonly Peer[] = [libjpegTurbo, gdkPixbuf, ffmpeg];
