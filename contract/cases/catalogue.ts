import type { Operation } from '../../openapi/registry.ts';
import type { Case } from './case.ts';
import { eachCommandCases } from './each-command.ts';
import { edgeCases } from './edges.ts';
import { authenticationCases, bodyCases, protocolCases } from './envelope.ts';
import { negativeCases } from './negative.ts';
import { openQuestionCases, unknownRunCases } from './open-questions.ts';
import { pairwiseCases } from './pairwise.ts';
import { positiveCases } from './positive.ts';
import { transportCases } from './transport.ts';
import { valueCases } from './values.ts';

/** Every single-request case that the description gives, in the order in which they are sent: first those that can only be refused, last those that make responses long. */
export function deriveCases(operation: Operation): readonly Case[] {
  return [
    ...authenticationCases(operation),
    ...bodyCases(operation),
    ...protocolCases(operation),
    ...unknownRunCases(operation),
    ...negativeCases(operation),
    ...pairwiseCases(operation),
    ...positiveCases(operation),
    ...openQuestionCases(operation),
    ...valueCases(operation),
    ...transportCases(operation),
    ...edgeCases(operation),
    ...eachCommandCases(operation),
  ];
}
