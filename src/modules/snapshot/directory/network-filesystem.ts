import { statfs } from 'node:fs/promises';
import { RespiteError } from '../../../errors';

/** `f_type` of Linux' statfs(2), by which a filesystem that other hosts share is known. */
const NETWORK_FILESYSTEMS: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xfe534d42, 'SMB2'],
  [0xff534d42, 'CIFS'],
  [0x01021997, '9P'],
  [0x5346414f, 'AFS'],
  [0x6b414653, 'AFS'],
  [0x00c36400, 'Ceph'],
  [0x73757245, 'Coda'],
  [0x0bd00bd0, 'Lustre'],
  [0x47504653, 'GPFS'],
  [0x01161970, 'GFS2'],
  [0x7461636f, 'OCFS2'],
  [0x564c, 'NCP'],
]);

/**
 * LMDB maps its file into memory and relies on the locks of one kernel; over a network both fail silently.
 * @throws RespiteError `SNAPSHOT_NETWORK_FILESYSTEM`
 */
export async function refuseNetworkFilesystem(directory: string): Promise<void> {
  const name = networkFilesystem(directory, process.platform, (await statfs(directory)).type);
  if (name === undefined) return;
  throw new RespiteError('SNAPSHOT_NETWORK_FILESYSTEM', {
    message:
      `The data directory ${directory} is on a network filesystem (${name}), where an LMDB file is not safe. ` +
      'Set redis.standalone.persistence.data_dir to a directory on a local disk.',
  });
}

/** Name of the network filesystem, or `undefined` for a local one. FUSE may be either and is allowed. */
export function networkFilesystem(directory: string, platform: NodeJS.Platform, type: number): string | undefined {
  if (platform === 'win32') return directory.startsWith('\\\\') ? 'UNC path' : undefined;
  // The numbers are Linux'; statfs may sign-extend 32 bits.
  return platform === 'linux' ? NETWORK_FILESYSTEMS.get(type >>> 0) : undefined;
}
