// Processes that take a lock.

import type { ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { lockOf, NO_PROCESS, putLock } from '../locks.js';
import { builtFixture } from '../paths.js';
import { temporaryFolder } from '../photos.js';
import { start, until } from './processes.js';

export const lockHolder: string = builtFixture('lock-holder');

/** What a `lock-holder` prints: `taken`, `took over`, or the error's code and message. */
export function answerOf({ stdout }: ChildProcess): Promise<string> {
  return new Promise((resolve) => stdout?.once('data', (text) => resolve(String(text))));
}

/** A process that takes the lock of `folder`, and its answer. */
export async function takeInProcess(folder: string): Promise<{ child: ChildProcess; answer: string }> {
  const { child } = start(process.execPath, [lockHolder, folder]);
  return { child, answer: await answerOf(child) };
}

/** Lets `count` processes take a lock at once, one that is free or a dead holder's, and expects that one gets it. */
export async function expectOneWinner(count: number, found: 'no lock' | 'a dead lock'): Promise<void> {
  const folder = temporaryFolder();
  if (found === 'a dead lock') putLock(folder, { pid: NO_PROCESS });
  const go = path.join(folder, 'go');
  const takers = Array.from({ length: count }, () => {
    const { child } = start(process.execPath, [lockHolder, folder, go]);
    const taker = { child, output: '' };
    child.stdout?.on('data', (text) => {
      taker.output += text;
    });
    return taker;
  });
  onTestFinished(() => {
    for (const { child } of takers) child.kill('SIGKILL');
  });
  await until(() => takers.every(({ output }) => output === 'ready '));
  fs.writeFileSync(go, '');
  await until(() => takers.every(({ output }) => output !== 'ready '));
  const answers = takers.map(({ output }) => output.replace('ready ', ''));
  expect(answers.filter((answer) => !answer.startsWith('LOCKED'))).toEqual([
    found === 'no lock' ? 'taken' : 'took over',
  ]);
  const winner = takers[answers.findIndex((answer) => !answer.startsWith('LOCKED'))];
  expect(JSON.parse(fs.readFileSync(lockOf(folder), 'utf8')).pid).toBe(winner?.child.pid);
}
