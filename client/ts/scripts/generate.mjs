// Writes src/generated from the IDLs in idls/, or compares it with them (--check).
//
// Codama makes instructions, accounts, PDAs, errors and types. Added here is what an IDL cannot say:
// which bytes are one of an enum, and what follows a head that counts it. Events and constants, which
// Codama's renderer leaves out, become tables.

import {
  arrayTypeNode,
  camelCase,
  constantPdaSeedNode,
  definedTypeLinkNode,
  numberTypeNode,
  pdaLinkNode,
  pdaNode,
  prefixedCountNode,
  remainderCountNode,
  stringTypeNode,
  stringValueNode,
  structFieldTypeNode,
  structTypeNode,
  variablePdaSeedNode,
} from '@codama/nodes';
import { defaultVisitor, rootNodeFromAnchorWithoutDefaultVisitor } from '@codama/nodes-from-anchor';
import { renderVisitor } from '@codama/renderers-js';
import { bottomUpTransformerVisitor, visit } from '@codama/visitors';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { format } from 'prettier';

const IDLS = join(import.meta.dirname, '../../../idls');
const GENERATED = join(import.meta.dirname, '../src/generated');

/** How this package is formatted, wherever the files are. */
const STYLE = JSON.parse(
  readFileSync(join(import.meta.dirname, '../package.json'), 'utf8'),
).prettier;

const PROGRAMS = ['mint', 'staking', 'emissions', 'payments'];

/** Fields of accounts and arguments of instructions that hold one of an enum. */
const ENUMS = {
  'Node.status': 'NodeStatus',
  'Position.tranche': 'TrancheKind',
  'Ticket.tranche': 'TrancheKind',
  'Supplier.preference': 'PayoutPreference',
  'io_staking.open_position.tranche': 'TrancheKind',
  'io_staking.schedule_class.rule': 'ClassRule',
  'io_emissions.schedule_rule.rule': 'EmissionsRule',
  'io_payments.register_supplier.preference': 'PayoutPreference',
  'io_payments.set_supplier.preference': 'PayoutPreference',
};

/** PDAs by the name of their account in instructions, and what their accounts are called. */
const ACCOUNT_OF_PDA = {
  minter: 'minter',
  class: 'deviceClass',
  node: 'node',
  position: 'position',
  proposal: 'slashProposal',
  rewardPool: 'rewardPool',
  nodeEmission: 'nodeEmission',
  asset: 'asset',
  venue: 'venue',
  supplier: 'supplier',
  receipt: 'receipt',
  gateway: 'gateway',
};

/** Seeds of PDAs that instructions call by several names. */
const SEEDS = {
  minter: { minterAuthority: 'authority' },
  gateway: { payer: 'wallet' },
};

/** What follows a head, by the head's name: the field that holds it and the type of one. */
const TAILS = {
  paid: ['parts', 'paidPart'],
  scoresSet: ['nodes', 'nodeScore'],
  receipt: ['entries', 'receiptEntry'],
};

/** Keys of the tables above that an IDL has: one that none has is a mistake. */
const used = new Set();

/** The IDL of a program, without links of Rust's documentation. */
function readIdl(program) {
  const text = readFileSync(join(IDLS, `io_${program}.json`), 'utf8');
  return JSON.parse(text.replaceAll(/\[(`[^`]+`)\]/g, '$1'));
}

/** The IDL as Codama is to read it. */
function forCodama(idl) {
  // Codama gives every account and instruction a field `discriminator`.
  const rename = (field) => {
    if (field.name === 'discriminator') field.name = 'venue_discriminator';
  };
  const typed = (owner, field) => {
    const key = `${owner}.${field.name}`;
    if (!ENUMS[key]) return;
    field.type = { defined: { name: ENUMS[key] } };
    used.add(key);
  };
  const accounts = new Set(idl.accounts.map((account) => account.name));
  for (const type of idl.types.filter((type) => accounts.has(type.name))) {
    for (const field of type.type.fields) {
      typed(type.name, field);
      rename(field);
    }
  }
  for (const instruction of idl.instructions) {
    for (const argument of instruction.args) {
      typed(`${idl.metadata.name}.${instruction.name}`, argument);
      rename(argument);
    }
    for (const account of instruction.accounts) {
      for (const seed of account.pda?.seeds ?? []) {
        if (seed.path === 'discriminator') seed.path = 'venue_discriminator';
      }
    }
  }
  // Their structs are types then, which is what Codama renders.
  return { ...idl, events: [] };
}

/** Gives PDAs and their seeds one name each, and says which account is where. */
const namePdas = bottomUpTransformerVisitor([
  {
    select: '[instructionAccountNode]',
    transform: (account) => {
      const value = account.defaultValue;
      if (value?.kind !== 'pdaValueNode' || value.pda.kind !== 'pdaNode') return account;
      const rename = (seed) =>
        seed.kind === 'constantPdaSeedNode'
          ? seed
          : { ...seed, name: SEEDS[account.name]?.[seed.name] ?? seed.name };
      const name = ACCOUNT_OF_PDA[account.name] ?? account.name;
      const pda = { ...value.pda, name, seeds: value.pda.seeds.map(rename) };
      return { ...account, defaultValue: { ...value, pda, seeds: value.seeds.map(rename) } };
    },
  },
  {
    select: '[accountNode]',
    transform: (account) =>
      Object.values(ACCOUNT_OF_PDA).includes(account.name)
        ? { ...account, pda: pdaLinkNode(account.name) }
        : account,
  },
  {
    // No instruction derives it.
    select: '[programNode]ioEmissions',
    transform: (program) => {
      const seeds = [
        constantPdaSeedNode(stringTypeNode('utf8'), stringValueNode('pool')),
        variablePdaSeedNode('id', numberTypeNode('u8')),
      ];
      return { ...program, pdas: [...program.pdas, pdaNode({ name: 'rewardPool', seeds })] };
    },
  },
]);

/** Puts what follows a head into it: behind its count if that comes last, else up to the end. */
const addTails = bottomUpTransformerVisitor([
  {
    select: (path) => ['definedTypeNode', 'accountNode'].includes(path.at(-1).kind),
    transform: (node) => {
      const tail = TAILS[node.name];
      if (!tail) return node;
      used.add(node.name);
      const key = node.kind === 'accountNode' ? 'data' : 'type';
      const fields = node[key].fields;
      const counted = fields.at(-1).name === 'count';
      const count = counted ? prefixedCountNode(fields.at(-1).type) : remainderCountNode();
      const type = arrayTypeNode(definedTypeLinkNode(tail[1]), count);
      const kept = counted ? fields.slice(0, -1) : fields;
      const field = structFieldTypeNode({ name: tail[0], type });
      return { ...node, [key]: structTypeNode([...kept, field]) };
    },
  },
]);

/** The table of a program's events. */
function renderEvents(idl) {
  const decoders = idl.events.map(({ name }) => `get${name}Decoder`);
  const entries = idl.events.map(({ name, discriminator }) => {
    const hex = Buffer.from(discriminator).toString('hex');
    return `  ${name}: { discriminator: '${hex}', decoder: get${name}Decoder() },`;
  });
  return `import { ${decoders.join(', ')} } from './types';

/** Decoders of the program's events, with the discriminator in front of each in hexadecimal. */
export const EVENTS = {
${entries.join('\n')}
} as const;
`;
}

/** The constants that the IDL names. */
function renderConstants(idl) {
  const constants = idl.constants.map(({ name, type, value }) => {
    if (type === 'pubkey') {
      return `export const ${name} = '${value}' as Address<'${value}'>;`;
    }
    return `export const ${name} = ${value}${type.endsWith('64') ? 'n' : ''};`;
  });
  return `import type { Address } from '@solana/kit';\n\n${constants.join('\n')}\n`;
}

/** The errors of all programs by code; codes are unique among them. */
function renderErrors(idls) {
  const entries = idls.flatMap((idl) =>
    idl.errors.map(({ code, name, msg }) => {
      const error = JSON.stringify({ program: idl.metadata.name, name, message: msg });
      return `  ${code}: ${error},`;
    }),
  );
  return `/** Program, name and message of each error, by its code. */
export const ERRORS = {
${entries.join('\n')}
} as const;
`;
}

/** Codama's renderer writes for Kit 6, of which a return type no longer fits; it can be inferred. */
function fitKit(text, name) {
  const fitting = text.replace(new RegExp(`: Omit<T, '${name}'> & \\{[^}]*\\} =>`), ' =>');
  if (fitting === text) throw new Error(`${name} has no return type that Kit refuses; drop this`);
  return fitting;
}

/** Writes every program's folder into `folder`. */
async function generate(folder) {
  const write = async (name, text) => {
    const formatted = await format(text, { ...STYLE, parser: 'typescript' });
    writeFileSync(join(folder, name), formatted);
  };
  for (const program of PROGRAMS) {
    const idl = readIdl(program);
    let root = rootNodeFromAnchorWithoutDefaultVisitor(forCodama(structuredClone(idl)));
    for (const visitor of [namePdas, addTails, defaultVisitor()]) root = visit(root, visitor);
    const options = { generatedFolder: program, prettierOptions: STYLE, syncPackageJson: false };
    await visit(root, renderVisitor(folder, options));
    await write(`${program}/events.ts`, renderEvents(idl));
    await write(`${program}/constants.ts`, renderConstants(idl));
    const name = camelCase(idl.metadata.name);
    const client = `${program}/programs/${name}.ts`;
    await write(client, fitKit(readFileSync(join(folder, client), 'utf8'), name));
    const index = join(folder, program, 'index.ts');
    const rest = "export * from './constants';\nexport * from './events';\n";
    writeFileSync(index, readFileSync(index, 'utf8') + rest);
  }
  await write('errors.ts', renderErrors(PROGRAMS.map(readIdl)));
  const unused = Object.keys({ ...ENUMS, ...TAILS }).filter((key) => !used.has(key));
  if (unused.length > 0) throw new Error(`no IDL has ${unused.join(', ')}`);
}

/** The files under a folder, by their path in it. */
function filesOf(folder) {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return new Map(
    files.map(({ parentPath, name }) => {
      const path = join(parentPath, name);
      return [relative(folder, path), readFileSync(path, 'utf8')];
    }),
  );
}

if (process.argv.includes('--check')) {
  const folder = mkdtempSync(join(tmpdir(), 'io-client-'));
  try {
    await generate(folder);
    const [fresh, committed] = [filesOf(folder), filesOf(GENERATED)];
    const names = new Set([...fresh.keys(), ...committed.keys()]);
    const different = [...names].filter((name) => fresh.get(name) !== committed.get(name));
    if (different.length > 0) {
      console.error(
        `src/generated differs from the IDLs in ${different.length} files, such as ` +
          `${different.sort()[0]}; run \`npm run generate\`, look at the change and commit it`,
      );
      process.exitCode = 1;
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
} else {
  await generate(GENERATED);
}
