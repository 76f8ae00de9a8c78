import { findImage, imageDigest, parseImageReference } from '@svclab/cluster';
import { bool, pending, string } from '../kubectl/flags.js';
import { DockerError, type Subcommand } from './cli.js';
import { renderTemplate } from './go-template.js';
import { dockerTable } from './ps.js';

export const networkLs: Subcommand = {
  path: 'network ls',
  usage: '[OPTIONS]',
  minArgs: 0,
  maxArgs: 0,
  flags: [
    bool('quiet', 'Only display network IDs', 'q'),
    bool('no-trunc', 'Do not truncate the output'),
    string('format', 'Format output using a custom template'),
    ...pending('strings', 'filter'),
  ],
  run({ context, flags }) {
    const rows = context.world.docker.networks().map(({ id, name, driver }) => ({
      ID: flags.bool('no-trunc') ? id : id.slice(0, 12),
      Name: name,
      Driver: driver,
      Scope: 'local',
    }));
    const format = flags.string('format');
    if (flags.bool('quiet')) context.stdout(rows.map(({ ID }) => `${ID}\n`).join(''));
    else if (format !== undefined) context.stdout(rows.map((row) => `${renderTemplate(format, row)}\n`).join(''));
    else
      context.stdout(
        dockerTable(
          ['NETWORK ID', 'NAME', 'DRIVER', 'SCOPE'],
          rows.map((row) => Object.values(row)),
        ),
      );
    return 0;
  },
};

export const images: Subcommand = {
  path: 'images',
  usage: '[OPTIONS] [REPOSITORY[:TAG]]',
  minArgs: 0,
  maxArgs: 1,
  flags: [
    bool('quiet', 'Only show image IDs', 'q'),
    ...pending('bool', 'all', 'digests', 'no-trunc'),
    ...pending('string', 'format', 'filter'),
  ],
  run({ context, flags, args }) {
    const [wanted] = args;
    const rows = context.world.docker
      .images()
      .map((reference) => ({
        ...parseImageReference(reference),
        id: imageDigest(reference).slice(0, 12),
        bytes: findImage(reference)?.sizeBytes ?? 0,
      }))
      .filter(({ repository, tag }) => wanted === undefined || wanted === repository || wanted === `${repository}:${tag}`);
    if (flags.bool('quiet')) context.stdout(rows.map(({ id }) => `${id}\n`).join(''));
    else {
      // Simplification: when an image was built is not known; Docker would say so and so many months ago.
      const cells = rows.map(({ repository, tag, id, bytes }) => [repository, tag, id, 'N/A', humanSize(bytes)]);
      context.stdout(dockerTable(['REPOSITORY', 'TAG', 'IMAGE ID', 'CREATED', 'SIZE'], cells));
    }
    return 0;
  },
};

/** Four significant digits at most. Source: docker/go-units `size.go`, `HumanSizeWithPrecision` with three. */
function humanSize(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let size = bytes;
  let unit = 0;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit++;
  }
  return `${Number(size.toPrecision(3))}${units[unit]}`;
}

export const version: Subcommand = {
  path: 'version',
  usage: '[OPTIONS]',
  minArgs: 0,
  maxArgs: 0,
  flags: [string('format', 'Format output using a custom template', 'f')],
  run({ context, flags }) {
    const data = {
      Client: { Version: '27.2.0', ApiVersion: '1.47', Os: 'darwin', Arch: 'arm64', Context: 'desktop-linux' },
      Server: { Version: '27.2.0', ApiVersion: '1.47', Os: 'linux', Arch: 'arm64' },
    };
    const format = flags.string('format');
    if (format !== undefined) {
      context.stdout(`${renderTemplate(format, data)}\n`);
      return 0;
    }
    const { Client, Server } = data;
    context.stdout(
      `Client:\n Version:           ${Client.Version}\n API version:       ${Client.ApiVersion}\n OS/Arch:           ${Client.Os}/${Client.Arch}\n` +
        ` Context:           ${Client.Context}\n\nServer: Docker Desktop\n Engine:\n  Version:          ${Server.Version}\n` +
        `  API version:      ${Server.ApiVersion} (minimum version 1.24)\n  OS/Arch:          ${Server.Os}/${Server.Arch}\n  Experimental:     false\n`,
    );
    return 0;
  },
};

/** Commands of Docker that this lab does not have. */
export const notSimulated = (path: string): DockerError => new DockerError(`docker ${path} is not simulated yet`);
