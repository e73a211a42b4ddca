import {
  getEmissionsAuthorityAcceptedDecoder,
  getEmissionsAuthorityNominatedDecoder,
  getEmissionsChangesCancelledDecoder,
  getEmissionsGuardianSetDecoder,
  getEmissionsInitializedDecoder,
  getEmissionsRuleScheduledDecoder,
  getEpochAdvancedDecoder,
  getHarvestedDecoder,
  getNodeEmissionClosedDecoder,
  getNodeEnrolledDecoder,
  getNodeSyncedDecoder,
  getPoolSharesScheduledDecoder,
  getScorerSetDecoder,
  getScoresSetDecoder,
} from './types';

/** Decoders of the program's events, with the discriminator in front of each in hexadecimal. */
export const EVENTS = {
  EmissionsAuthorityAccepted: {
    discriminator: 'd685143e8a20e483',
    decoder: getEmissionsAuthorityAcceptedDecoder(),
  },
  EmissionsAuthorityNominated: {
    discriminator: '41cab645ab38b939',
    decoder: getEmissionsAuthorityNominatedDecoder(),
  },
  EmissionsChangesCancelled: {
    discriminator: 'ca7fb1686c0a8077',
    decoder: getEmissionsChangesCancelledDecoder(),
  },
  EmissionsGuardianSet: {
    discriminator: 'd233e8e525ad37be',
    decoder: getEmissionsGuardianSetDecoder(),
  },
  EmissionsInitialized: {
    discriminator: 'a9808ccc9b290646',
    decoder: getEmissionsInitializedDecoder(),
  },
  EmissionsRuleScheduled: {
    discriminator: 'f7997d40ada87d60',
    decoder: getEmissionsRuleScheduledDecoder(),
  },
  EpochAdvanced: { discriminator: '29dc0e7b7546759d', decoder: getEpochAdvancedDecoder() },
  Harvested: { discriminator: 'f9e54e976ab9950b', decoder: getHarvestedDecoder() },
  NodeEmissionClosed: {
    discriminator: '1d36ed2a2886bff8',
    decoder: getNodeEmissionClosedDecoder(),
  },
  NodeEnrolled: { discriminator: 'f853743f87e0053b', decoder: getNodeEnrolledDecoder() },
  NodeSynced: { discriminator: 'dd30f8acc4188eb6', decoder: getNodeSyncedDecoder() },
  PoolSharesScheduled: {
    discriminator: '7c480821850c5980',
    decoder: getPoolSharesScheduledDecoder(),
  },
  ScorerSet: { discriminator: 'bb628e486250d5e1', decoder: getScorerSetDecoder() },
  ScoresSet: { discriminator: '8bf4b6887c11efef', decoder: getScoresSetDecoder() },
} as const;
