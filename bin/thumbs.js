#!/usr/bin/env node
try {
  await import('../dist/cli/main.js');
} catch (error) {
  console.error(error);
  console.error('thumbs: The program cannot be loaded. Install it again.');
  process.exitCode = 70;
}
