/** Runs the test files that it is given in one process: most take less time than a process takes to start. */
import { pathToFileURL } from 'node:url';

for (const file of process.argv.slice(2)) await import(pathToFileURL(file).href);
