#!/usr/bin/env node
import module from 'node:module';

// From Node.js 22.1 on: compiled code is kept in the folder of temporary files, and the next run starts sooner.
module.enableCompileCache?.();
try {
  await import('../dist/cli/main.js');
} catch (error) {
  console.error(error);
  console.error('thumbs: The program cannot be loaded. Install it again.');
  process.exitCode = 70;
}
