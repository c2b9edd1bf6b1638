import { SatwatchError, suggest } from '../errors.js';
import type { Role } from '../types.js';

export const roleNames: readonly Role[] = ['core', 'context', 'suspect'];

/** Roles that segments of these names have unless the user says otherwise. */
export const background: Readonly<Record<string, Role>> = { background: 'context' };

/**
 * The roles of a probe set: what the user says, and `background` as context unless they say otherwise.
 *
 * @throws SatwatchError UNKNOWN_SEGMENT for a name that no image has, BAD_OPTION for another role
 */
export function completeRoles(
  roles: Readonly<Record<string, Role>>,
  segmentNames: readonly string[],
): Record<string, Role> {
  for (const [name, role] of Object.entries(roles)) {
    if (!roleNames.includes(role))
      throw new SatwatchError(
        'BAD_OPTION',
        `roles: '${name}' has the role '${role}'; ${suggest(String(role), roleNames)}`,
        name,
      );
    if (!segmentNames.includes(name))
      throw new SatwatchError(
        'UNKNOWN_SEGMENT',
        `roles: no image has a segment '${name}'; ${suggest(name, segmentNames)}`,
        name,
      );
  }
  return segmentNames.includes('background') ? { ...background, ...roles } : { ...roles };
}
