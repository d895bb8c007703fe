/**
 * What a client can find wrong with data that somebody else wrote or a server handed out. Each code
 * is stable: pages translate it, the command-line client prints it, tests name it.
 */
export type ProtocolFault =
  | 'malformed'
  | 'unknown_version'
  | 'wrong_commitment'
  | 'does_not_open'
  | 'wrong_signature'
  | 'wrong_case_id'
  | 'wrong_sequence'
  | 'wrong_previous'
  | 'wrong_epoch'
  | 'not_a_member'
  | 'wrong_compartment'
  | 'unknown_author'
  | 'missing_entry'
  | 'truncated_chain'
  | 'rewritten_chain'
  | 'reused_seen_head'
  | 'left_out_member'
  | 'wrong_directory'
  | 'directory_rolled_back'
  | 'wrong_facts'
  | 'wrong_effect'
  | 'wrong_erasure'
  | 'wrong_chunk'
  | 'wrong_manifest'
  | 'too_long';

/**
 * Thrown when bytes break a rule of the protocol. `fault` says which; the message is for developers
 * and holds no content.
 */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
  readonly fault: ProtocolFault;

  constructor(fault: ProtocolFault, detail?: string) {
    super(detail === undefined ? fault : `${fault}: ${detail}`);
    this.fault = fault;
  }
}
