import { addBackup } from './backup.command.ts';
import { newProgram, runProgram } from './command.line.ts';
import { addConfig } from './config.command.ts';
import { addDatabase } from './database.command.ts';
import { addDistribute } from './distribute.command.ts';
import { addDoctor } from './doctor.command.ts';
import { addKeys } from './keys.command.ts';
import { addRoles } from './roles.command.ts';
import { addTrail } from './trail.command.ts';

// npx sync-operations COMMAND …: everything that is done from a command line. What a command needs is loaded when it runs.
const program = newProgram();
for (const add of [addDoctor, addDatabase, addDistribute, addKeys, addRoles, addBackup, addTrail, addConfig])
  add(program);
await runProgram(program, process.argv.slice(2));
