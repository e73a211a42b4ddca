import {
  getBurnedDecoder,
  getMetadataSetDecoder,
  getMintAdoptedDecoder,
  getMintAuthorityAcceptedDecoder,
  getMintAuthorityNominatedDecoder,
  getMintGuardianSetDecoder,
  getMintInitializedDecoder,
  getMintPauseSetDecoder,
  getMintedDecoder,
  getMinterAddedDecoder,
  getMinterRaisedDecoder,
  getMinterRevokedDecoder,
} from './types';

/** Decoders of the program's events, with the discriminator in front of each in hexadecimal. */
export const EVENTS = {
  Burned: { discriminator: 'cf25fb9aefe50e43', decoder: getBurnedDecoder() },
  MetadataSet: { discriminator: 'be7d47770e1f1ac5', decoder: getMetadataSetDecoder() },
  MintAdopted: { discriminator: '963ca2dc28ac6a5e', decoder: getMintAdoptedDecoder() },
  MintAuthorityAccepted: {
    discriminator: 'a09d60514ea2a182',
    decoder: getMintAuthorityAcceptedDecoder(),
  },
  MintAuthorityNominated: {
    discriminator: 'fdeb3b8ea8ecaac1',
    decoder: getMintAuthorityNominatedDecoder(),
  },
  MintGuardianSet: { discriminator: '53edc0ef79df95d3', decoder: getMintGuardianSetDecoder() },
  MintInitialized: { discriminator: '2eab6ba1af68ece6', decoder: getMintInitializedDecoder() },
  MintPauseSet: { discriminator: '82b2a58d3a069f21', decoder: getMintPauseSetDecoder() },
  Minted: { discriminator: 'ae83153958757279', decoder: getMintedDecoder() },
  MinterAdded: { discriminator: '8cb948c203637aac', decoder: getMinterAddedDecoder() },
  MinterRaised: { discriminator: '9fe52b0d068ade3a', decoder: getMinterRaisedDecoder() },
  MinterRevoked: { discriminator: '8a4ce3f78d5c4d7f', decoder: getMinterRevokedDecoder() },
} as const;
