// Bounds that Kafka sets for a request, with room to spare. Numbers only.

/**
 * Metadata records that one request may make. KRaft's controller takes 10,000 a request and refuses what has more as a
 * whole (`QuorumController.MAX_RECORDS_PER_USER_OP`).
 */
export const recordsMost = 5000;

/** What the controller is given to do its work, milliseconds: less than we wait for its answer. */
export const controllerTimeoutMs = 10_000;

/** The longest string that a broker reads; a longer one makes it close the connection, with everything in flight. */
export const stringBytesMost = 32_767;
