// The programs of others that `thumbs` is compared with.

import { spawnSync } from 'node:child_process';

/** libheif's converter has had two names. */
const CONVERTERS = ['heif-dec', 'heif-convert'];

const BYTES_OF_OUTPUT = 2 ** 29;

const TOOLS: ReadonlyArray<{ readonly programs: readonly string[]; readonly debianPackage: string }> = [
  { programs: ['heif-info'], debianPackage: 'libheif-examples' },
  { programs: CONVERTERS, debianPackage: 'libheif-examples' },
  { programs: ['exiftool'], debianPackage: 'libimage-exiftool-perl' },
];

/** What is not installed. */
export function missingTools(): ReadonlyArray<{ program: string; debianPackage: string }> {
  return TOOLS.filter(({ programs }) => !programs.some(isInstalled)).map(({ programs, debianPackage }) => ({
    program: programs.join(' or '),
    debianPackage,
  }));
}

function isInstalled(program: string): boolean {
  return spawnSync(program, ['--help'], { stdio: 'ignore' }).error === undefined;
}

/** How a program ended, and what it wrote. */
export interface ToolResult {
  readonly code: number | null;
  readonly stdout: string;
  /** The first line of what it wrote to stderr, or else to stdout. */
  readonly complaint: string;
}

/** Runs a program to its end, whatever its exit code. */
export function runTool(program: string, args: readonly string[]): ToolResult {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    encoding: 'utf8',
    maxBuffer: BYTES_OF_OUTPUT,
  });
  if (error !== undefined) throw error;
  const complaint = `${stderr}\n${stdout}`.split('\n').find((line) => line.trim() !== '') ?? 'no message';
  return { code: status, stdout, complaint };
}

/** The name of libheif's converter on this machine. */
export function heifConverter(): string {
  return CONVERTERS.find(isInstalled) ?? 'heif-convert';
}
