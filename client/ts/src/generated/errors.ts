/** Program, name and message of each error, by its code. */
export const ERRORS = {
  6000: {
    program: 'io_mint',
    name: 'Unauthorized',
    message:
      'the signer may not do this; sign with the account that the config or the minter names',
  },
  6001: {
    program: 'io_mint',
    name: 'WrongAccount',
    message: 'an account is not the one this instruction needs; derive it with the client library',
  },
  6002: {
    program: 'io_mint',
    name: 'NotUpgradeAuthority',
    message: "only the program's upgrade authority may initialize it; sign with that account",
  },
  6003: {
    program: 'io_mint',
    name: 'NotNominated',
    message:
      'the signer was not nominated as authority; have the current authority nominate it first',
  },
  6004: {
    program: 'io_mint',
    name: 'Paused',
    message: 'minting is paused; wait until the authority resumes it (burning still works)',
  },
  6005: {
    program: 'io_mint',
    name: 'ZeroAmount',
    message: 'the amount is zero; name at least one raw unit',
  },
  6006: {
    program: 'io_mint',
    name: 'NotActive',
    message: 'the minter is not active yet; wait until its `active_at`',
  },
  6007: {
    program: 'io_mint',
    name: 'AllowanceExceeded',
    message: "the minter's allowance does not reach so far; mint at most `total - minted`",
  },
  6008: {
    program: 'io_mint',
    name: 'ScheduleExceeded',
    message: 'the schedule has not emitted so much yet; mint at most what is due by now',
  },
  6009: {
    program: 'io_mint',
    name: 'WindowExceeded',
    message: "the minter's rate limit is reached; mint less or wait until the window drains",
  },
  6010: {
    program: 'io_mint',
    name: 'HardCapExceeded',
    message: 'more than 800,000,000 IO would be minted or promised; stay within the hard cap',
  },
  6011: {
    program: 'io_mint',
    name: 'UnknownCurve',
    message: 'no emission curve has this id; use that of a curve in `math::curve`',
  },
  6012: {
    program: 'io_mint',
    name: 'ScheduleWithWindow',
    message:
      'a schedule is a rate limit already, and a second one could stop its crank for good; use u64::MAX',
  },
  6013: {
    program: 'io_mint',
    name: 'BadWindow',
    message: 'a rate limit needs an amount and a length above zero; use u64::MAX for no limit',
  },
  6014: {
    program: 'io_mint',
    name: 'NotAnAllowance',
    message: 'only an allowance can be raised or lowered; a schedule can only be revoked',
  },
  6015: {
    program: 'io_mint',
    name: 'BurnExceedsMinted',
    message: 'more would be burned than was ever minted; the books are wrong: report this',
  },
  6016: {
    program: 'io_mint',
    name: 'UnsuitableMint',
    message:
      'a mint can be adopted if it is of the SPL token program, has 8 decimals and no freeze authority',
  },
  6017: {
    program: 'io_mint',
    name: 'NotTheMintsAuthority',
    message: "the signer may not mint the adopted mint; sign with the mint's own authority",
  },
  6018: {
    program: 'io_mint',
    name: 'MetadataTooLong',
    message: 'a name has at most 32 bytes, a symbol 10 and a URI 200; shorten it',
  },
  6100: {
    program: 'io_staking',
    name: 'Unauthorized',
    message: 'the signer may not do this; sign with the account named in the config',
  },
  6101: {
    program: 'io_staking',
    name: 'WrongAccount',
    message: 'an account is not the one this instruction needs; derive it with the client library',
  },
  6102: {
    program: 'io_staking',
    name: 'NotUpgradeAuthority',
    message: "only the program's upgrade authority may initialize it",
  },
  6103: {
    program: 'io_staking',
    name: 'NotNominated',
    message: 'the signer is not the nominated authority; the authority nominates first',
  },
  6104: {
    program: 'io_staking',
    name: 'NotOperator',
    message: "only the node's operator may do this; sign with its wallet",
  },
  6105: {
    program: 'io_staking',
    name: 'NotOwner',
    message: "only the position's owner may do this; sign with its wallet",
  },
  6106: {
    program: 'io_staking',
    name: 'WrongNode',
    message: 'the account belongs to another node; pass the node it was made for',
  },
  6107: {
    program: 'io_staking',
    name: 'WrongPosition',
    message: 'the ticket belongs to another position; pass the position it was requested from',
  },
  6108: {
    program: 'io_staking',
    name: 'WrongClass',
    message: "the class is not the node's; pass the class the node was registered with",
  },
  6109: {
    program: 'io_staking',
    name: 'WrongVault',
    message: "the token account is not this node's vault; read its address from the node",
  },
  6110: {
    program: 'io_staking',
    name: 'WrongDestination',
    message: "the destination is not a token account of the position's payout wallet",
  },
  6111: {
    program: 'io_staking',
    name: 'WrongRentPayer',
    message: 'the rent goes to another account; read its address from the account to close',
  },
  6112: {
    program: 'io_staking',
    name: 'WrongTranche',
    message:
      "the tranche is not open to this owner; use the operator's, or the class's delegator tranche",
  },
  6113: {
    program: 'io_staking',
    name: 'ClassOutOfBounds',
    message:
      'a class needs a pool below 4, a multiplier up to 1,000 and a maximum of 1 to 100 minimums',
  },
  6114: {
    program: 'io_staking',
    name: 'ClassClosed',
    message: 'the class takes no new nodes now; choose another, or wait until its usable_from',
  },
  6115: {
    program: 'io_staking',
    name: 'ProcessorsOutOfBounds',
    message: 'a node has 1 to 1,024 processors',
  },
  6116: {
    program: 'io_staking',
    name: 'CommissionTooHigh',
    message: 'a commission is at most 10,000 basis points',
  },
  6117: {
    program: 'io_staking',
    name: 'SelfStakeTooHigh',
    message: "the operator's smallest part is at most 10,000 basis points",
  },
  6118: {
    program: 'io_staking',
    name: 'Paused',
    message: 'deposits and new nodes are paused; exits and claims are not',
  },
  6119: {
    program: 'io_staking',
    name: 'NodeNotOpen',
    message: 'the node takes no stake and cannot be halted: it is halted or retired',
  },
  6120: {
    program: 'io_staking',
    name: 'NodeNotHalted',
    message: 'the node is not halted; only a halted node can resume',
  },
  6121: {
    program: 'io_staking',
    name: 'DelegationClosed',
    message: 'the operator takes no stake of others; choose another node',
  },
  6122: {
    program: 'io_staking',
    name: 'NodeFull',
    message:
      "the node's maximum stake leaves less room than asked for; lower the amount or min_accepted",
  },
  6123: {
    program: 'io_staking',
    name: 'OperatorStakeTooLow',
    message: "the operator's own stake does not cover this much stake of others; lower the amount",
  },
  6124: {
    program: 'io_staking',
    name: 'HarvestFirst',
    message:
      "the node has rewards to share out first; put io_emissions' harvest before this instruction",
  },
  6125: {
    program: 'io_staking',
    name: 'CrankFirst',
    message:
      "epochs are over that nobody shared out; put io_emissions' advance_epoch and harvest before this instruction",
  },
  6126: { program: 'io_staking', name: 'ZeroAmount', message: 'the amount must be more than 0' },
  6127: {
    program: 'io_staking',
    name: 'InsufficientStake',
    message: 'the position is worth less than the amount; ask for less, or for all with u64::MAX',
  },
  6128: {
    program: 'io_staking',
    name: 'StillCooling',
    message: 'the ticket has not cooled down; wait until its unlock_at',
  },
  6129: {
    program: 'io_staking',
    name: 'SlashOpen',
    message: 'a slash proposal is open on the node; wait until it is executed, cancelled or lapsed',
  },
  6130: {
    program: 'io_staking',
    name: 'NothingToClaim',
    message: 'no rewards to claim; harvest the node first or come back later',
  },
  6131: {
    program: 'io_staking',
    name: 'TicketNotBlank',
    message:
      'the ticket is not a blank account of io_staking; make one in the instruction before, as the client library does',
  },
  6132: {
    program: 'io_staking',
    name: 'Overflow',
    message: 'the amounts do not fit the books; ask for less',
  },
  6133: {
    program: 'io_staking',
    name: 'ClassEnded',
    message: "the class's support has ended already, and for good",
  },
  6134: {
    program: 'io_staking',
    name: 'SlashOutOfBounds',
    message: 'a slash takes 1 to 5,000 basis points of the stake at risk',
  },
  6135: {
    program: 'io_staking',
    name: 'HaltFirst',
    message: 'the node is open; the guardian halts it before a slash is proposed',
  },
  6136: {
    program: 'io_staking',
    name: 'SlashNotRipe',
    message: 'the slash cannot be executed yet; wait until its executable_at',
  },
  6137: {
    program: 'io_staking',
    name: 'SlashLapsed',
    message: 'the slash was not executed in time; anyone may cancel it now',
  },
  6138: { program: 'io_staking', name: 'NodeRetired', message: 'the node is retired, for good' },
  6139: {
    program: 'io_staking',
    name: 'NodeNotRetired',
    message: 'the node is not retired; its operator retires it first',
  },
  6140: {
    program: 'io_staking',
    name: 'NodeNotEmpty',
    message:
      'there are positions or tickets on the node; anyone can unstake, withdraw and close them once it is retired',
  },
  6141: {
    program: 'io_staking',
    name: 'PositionNotEmpty',
    message: 'the position holds stake, rewards or tickets; unstake, withdraw and claim first',
  },
  6142: {
    program: 'io_staking',
    name: 'EmissionNotClosed',
    message:
      "the node's emission account exists; put io_emissions' close_node_emission before this instruction",
  },
  6143: {
    program: 'io_staking',
    name: 'PriceTooLow',
    message:
      'a slash left next to nothing of this kind of stake; what is left is unstaked and withdrawn first',
  },
  6200: {
    program: 'io_emissions',
    name: 'Unauthorized',
    message: 'the signer may not do this; sign with the account named in the config',
  },
  6201: {
    program: 'io_emissions',
    name: 'WrongAccount',
    message: 'an account is not the one this instruction needs; derive it with the client library',
  },
  6202: {
    program: 'io_emissions',
    name: 'NotUpgradeAuthority',
    message: "only the program's upgrade authority may initialize it; sign with that",
  },
  6203: {
    program: 'io_emissions',
    name: 'UnknownCurve',
    message: 'no emission curve has this id; use 0 (hourly) or 1 (monthly)',
  },
  6204: {
    program: 'io_emissions',
    name: 'WrongShares',
    message:
      "the pools' shares must be above 0 and sum to 10,000 basis points, one pool account for each",
  },
  6205: {
    program: 'io_emissions',
    name: 'RuleOutOfBounds',
    message: 'the rule does not exist or may not have this value; see the constants',
  },
  6206: {
    program: 'io_emissions',
    name: 'WrongMint',
    message: 'the mint or token account is not of the IO mint that io_mint governs',
  },
  6207: {
    program: 'io_emissions',
    name: 'WrongPool',
    message:
      "the pool is not this node's, or the pools are not all there in the order of their ids",
  },
  6208: {
    program: 'io_emissions',
    name: 'WrongNode',
    message: 'the node emission account belongs to another node',
  },
  6209: {
    program: 'io_emissions',
    name: 'NodeRetired',
    message: 'the node is retired and cannot earn again; enroll another',
  },
  6210: {
    program: 'io_emissions',
    name: 'NodeNotRetired',
    message: 'the node is not retired yet; retire it before closing its account',
  },
  6211: {
    program: 'io_emissions',
    name: 'NotNominated',
    message: 'the signer was not nominated; ask the authority to nominate it',
  },
  6212: {
    program: 'io_emissions',
    name: 'HarvestFirst',
    message: 'the node is still owed emission; harvest it first',
  },
  6213: {
    program: 'io_emissions',
    name: 'CrankFirst',
    message: 'an epoch is over and not shared out yet; call advance_epoch first',
  },
  6214: {
    program: 'io_emissions',
    name: 'WrongScoreCount',
    message: 'one score is needed for each pair of node and node emission accounts, at most 24',
  },
  6215: {
    program: 'io_emissions',
    name: 'ScoreTooHigh',
    message: 'a score may be at most 10,000 basis points',
  },
  6216: {
    program: 'io_emissions',
    name: 'ScoreStepTooLarge',
    message: 'the score moves more than max_score_step_bps per epoch; approach it in steps',
  },
  6217: {
    program: 'io_emissions',
    name: 'AlreadyScored',
    message: 'the node was scored in this epoch already; wait for the next',
  },
  6218: {
    program: 'io_emissions',
    name: 'Overflow',
    message: 'the books do not add up; report this, it should be impossible',
  },
  6219: {
    program: 'io_emissions',
    name: 'WrongMinter',
    message:
      "the distributor's minter follows no schedule, or another; add one on the same curve and start",
  },
  6300: {
    program: 'io_payments',
    name: 'Unauthorized',
    message: 'the signer may not do this; sign with the account named in the config',
  },
  6301: {
    program: 'io_payments',
    name: 'WrongAccount',
    message: 'an account is not the one this instruction needs; derive it with the client library',
  },
  6302: {
    program: 'io_payments',
    name: 'NotUpgradeAuthority',
    message: "only the program's upgrade authority may initialize it; sign with it",
  },
  6303: {
    program: 'io_payments',
    name: 'NotNominated',
    message: 'the signer was not nominated as authority; let the authority nominate it first',
  },
  6304: {
    program: 'io_payments',
    name: 'NobodyNamed',
    message: "the address is all zero or the router's own; name a real wallet",
  },
  6305: {
    program: 'io_payments',
    name: 'Overflow',
    message: 'an amount or a time does not fit; use a smaller one',
  },
  6306: {
    program: 'io_payments',
    name: 'Paused',
    message: "payments are paused; try again when the guardian's pause is lifted",
  },
  6307: {
    program: 'io_payments',
    name: 'ZeroAmount',
    message: 'the amount is zero; name a positive one',
  },
  6308: {
    program: 'io_payments',
    name: 'BelowMinimum',
    message:
      "the amount is below the asset's minimum, or the fee leaves nothing of it; pay at least the minimum",
  },
  6309: {
    program: 'io_payments',
    name: 'Expired',
    message: 'the payment has expired; ask for a new order',
  },
  6310: {
    program: 'io_payments',
    name: 'ExpiresTooLate',
    message: 'the payment would stay good for too long; expire it within 30 days',
  },
  6311: {
    program: 'io_payments',
    name: 'AlreadyPaid',
    message: 'this payer has paid this order already; use a new order id for a new order',
  },
  6312: {
    program: 'io_payments',
    name: 'NotExpired',
    message: 'the receipt protects its order until the payment expires; close it after that',
  },
  6313: {
    program: 'io_payments',
    name: 'WrongDestination',
    message:
      'the destination does not belong to this supplier; use its earnings vault if it takes USDC, else a token account of its payout wallet',
  },
  6314: {
    program: 'io_payments',
    name: 'WrongTreasury',
    message:
      'the fee account does not belong to the treasury; use a token account of the treasury of the mint named',
  },
  6315: {
    program: 'io_payments',
    name: 'WrongTransit',
    message:
      "the transit account is not the router's own for this mint; derive it with the client library",
  },
  6316: {
    program: 'io_payments',
    name: 'FeeTooHigh',
    message: 'the fee is above 500 basis points, or not 0 for IO; schedule a lower one',
  },
  6317: {
    program: 'io_payments',
    name: 'AlreadyRegistered',
    message: 'this owner is a supplier already; change it with set_supplier',
  },
  6318: {
    program: 'io_payments',
    name: 'AlreadyListed',
    message: 'this is listed already; enable it or schedule a change',
  },
  6319: {
    program: 'io_payments',
    name: 'UnsupportedMint',
    message:
      'only initialized mints without extensions can be listed, USDC of the SPL token program with 6 decimals; use another mint',
  },
  6320: {
    program: 'io_payments',
    name: 'AssetDisabled',
    message: 'payments in this asset are disabled; pay in another',
  },
  6321: { program: 'io_payments', name: 'PayIoDirectly', message: 'IO needs no swap; use pay_io' },
  6322: {
    program: 'io_payments',
    name: 'ForbiddenVenue',
    message: 'this program can never be a venue; list another',
  },
  6323: {
    program: 'io_payments',
    name: 'BadDiscriminator',
    message: 'a discriminator has 1 to 8 bytes, padded with zeros; name one',
  },
  6324: {
    program: 'io_payments',
    name: 'VenueDisabled',
    message: 'this venue is disabled; swap through another',
  },
  6325: {
    program: 'io_payments',
    name: 'WrongVenueInstruction',
    message:
      'the data does not call the listed instruction of the venue; build it with the client library',
  },
  6326: {
    program: 'io_payments',
    name: 'TooManyAccounts',
    message: 'the venue takes more accounts than the router passes on; use a route with at most 54',
  },
  6327: {
    program: 'io_payments',
    name: 'RouterAccountExposed',
    message:
      "the venue's accounts name a writable token account, besides the two transits, that the router may move tokens of; remove it, or revoke its delegate",
  },
  6328: {
    program: 'io_payments',
    name: 'TransitTampered',
    message:
      'the venue changed the owner, delegate or close authority of a transit account; use another venue',
  },
  6329: {
    program: 'io_payments',
    name: 'SpentTooMuch',
    message: 'the venue spent more than it was given; use another venue',
  },
  6330: {
    program: 'io_payments',
    name: 'ReceivedTooLittle',
    message: 'the swap brought less than the least amount named; accept less or try later',
  },
  6331: {
    program: 'io_payments',
    name: 'TooMuchLeft',
    message: 'the venue left more than 1 % of the amount unspent; pay less or use a deeper venue',
  },
  6332: {
    program: 'io_payments',
    name: 'UnknownPreference',
    message: 'the payout preference is neither IO (0) nor USDC (1); name one of these',
  },
  6333: {
    program: 'io_payments',
    name: 'KeeperNotAllowed',
    message: 'this supplier lets no keeper pay out; let the owner sign',
  },
  6334: {
    program: 'io_payments',
    name: 'KeeperPriceTooLow',
    message: "a keeper's pay-out must bring the supplier's lowest price; raise the least amount",
  },
  6335: {
    program: 'io_payments',
    name: 'WrongSupplierCount',
    message:
      'a payment names 1 to 16 suppliers with an amount each; name them, or pay in two orders',
  },
  6336: {
    program: 'io_payments',
    name: 'WrongSupplier',
    message: 'an account is not a registered supplier; derive it with the client library',
  },
  6337: {
    program: 'io_payments',
    name: 'SupplierTwice',
    message: 'a supplier is named twice; add its amounts up',
  },
  6338: {
    program: 'io_payments',
    name: 'NotPaid',
    message: 'the receipt records no payment to this supplier; name the receipt of its order',
  },
  6339: {
    program: 'io_payments',
    name: 'RefundTooHigh',
    message: 'a supplier gives back at most what it got; name a smaller amount',
  },
  6340: {
    program: 'io_payments',
    name: 'WrongSource',
    message:
      "a refund comes out of the supplier's pocket, not the payer's; name another token account",
  },
  6341: {
    program: 'io_payments',
    name: 'NothingToSweep',
    message: "the fee vault holds no more than a day's buy-back may take; sweep when fees came in",
  },
  6342: {
    program: 'io_payments',
    name: 'AboveDailyLimit',
    message: "the amount is above what the day's limit leaves; use less or wait",
  },
  6343: {
    program: 'io_payments',
    name: 'GatewayDisabled',
    message: 'this gateway is disabled; pay in another way',
  },
  6344: {
    program: 'io_payments',
    name: 'GatewayPaysUsdc',
    message: 'a gateway pays USDC; name the USDC asset',
  },
  6345: {
    program: 'io_payments',
    name: 'NoReference',
    message: "the processor's reference is all zero; name it",
  },
  6346: {
    program: 'io_payments',
    name: 'LimitNotLower',
    message: 'only a lower limit counts at once; schedule a higher one',
  },
  6347: {
    program: 'io_payments',
    name: 'BadFeed',
    message:
      'the feed has no owner or id, or an age, confidence or deviation out of bounds; see the constants',
  },
  6348: {
    program: 'io_payments',
    name: 'WrongPriceAccount',
    message:
      "the price account is not the feed's: another owner, form or feed id; post the listed feed's price",
  },
  6349: {
    program: 'io_payments',
    name: 'PriceNotVerified',
    message: 'the price is not fully verified; post one with all signatures',
  },
  6350: {
    program: 'io_payments',
    name: 'PriceStale',
    message: 'the price is too old, or from the future; post a new one',
  },
  6351: {
    program: 'io_payments',
    name: 'PriceUnusable',
    message:
      'the price is not positive, or its exponent is not between -12 and 0; wait for a usable one',
  },
  6352: {
    program: 'io_payments',
    name: 'PriceTooWide',
    message:
      'the oracle is not sure enough of the price; wait until its confidence interval is narrower',
  },
  6353: {
    program: 'io_payments',
    name: 'BelowOraclePrice',
    message: "the swap brought less than the oracle's price allows; use another venue or try later",
  },
  6354: {
    program: 'io_payments',
    name: 'VenueCapReached',
    message: "the venue's cap for a day is reached; swap less, through another venue, or later",
  },
} as const;
