import type { Story } from './story.js';

/** Cases that are over, or were. */
export const pastStories: readonly Story[] = [
  {
    shows: 'closed almost two years ago: its purge is near',
    steps: [
      {
        daysAgo: 735,
        by: 'reporter',
        report: {
          language: 'en',
          category: 'data_protection',
          relation: 'former_worker',
          text: 'Personnel files of everybody who applied last year lie open on the shared drive "Rekrytering", with copies of identity cards. I told the service desk in the autumn; the folder is still open to all staff.',
          answers: {
            where: { known: true, text: 'Shared drive of the head office' },
            when: { known: true, text: 'Since at least September' },
            how: { known: true, text: 'I could open the folder myself until my last day.' },
          },
        },
      },
      {
        daysAgo: 729,
        by: 'maja',
        write: 'acknowledgement',
        text: 'Thank you for your report. We have received it and will look at the folder and at who opened it. You hear from us again before the date that you see above.',
      },
      {
        daysAgo: 729,
        by: 'maja',
        note: 'Asked IT for the list of permissions and the access log of the share. No names mentioned to them.',
      },
      {
        daysAgo: 712,
        by: 'maja',
        write: 'feedback',
        text: 'The folder was closed on the day after your report, and the copies of identity cards were deleted. The data protection authority was informed. Who has access to such folders is now reviewed twice a year.',
      },
      {
        daysAgo: 712,
        by: 'maja',
        close: 'substantiated',
        text: 'We close the case. Thank you: without you we would not have known.',
      },
    ],
  },
  {
    shows: 'closed, with an outcome',
    steps: [
      {
        daysAgo: 205,
        by: 'reporter',
        report: {
          language: 'sv',
          category: 'public_procurement',
          relation: 'contractor_staff',
          text: 'Inför upphandlingen av städning fick ett av företagen se de andras priser innan anbudstiden gick ut. Jag hörde två personer tala om det i matsalen och har sett ett mejl där siffrorna står.',
          answers: {
            when: { known: true, text: 'Sista veckan före anbudstidens slut' },
            who: { known: true, text: 'Någon på inköp, jag vet inte vem' },
            how: { known: true, text: 'Jag hörde samtalet och såg mejlet på en skärm.' },
          },
        },
      },
      {
        daysAgo: 200,
        by: 'maja',
        write: 'acknowledgement',
        text: 'Tack för din rapport. Vi har tagit emot den och börjar med att granska handlingarna i upphandlingen.',
      },
      {
        daysAgo: 200,
        by: 'maja',
        note: 'Purchasing must not learn of this yet. Internal audit takes the tender documents out of the archive as part of their routine sample.',
      },
      {
        daysAgo: 150,
        by: 'maja',
        write: 'feedback',
        text: 'Granskningen visar att priserna spreds i förväg. Upphandlingen görs om, och rutinen för vem som får öppna anbuden har ändrats. Den som spred uppgifterna arbetar inte längre med inköp.',
      },
      {
        daysAgo: 120,
        by: 'tobias',
        close: 'substantiated',
        text: 'Upphandlingen är omgjord och ärendet avslutas. Skriv gärna här om något händer dig för att du rapporterade: repressalier är förbjudna.',
      },
    ],
  },
  {
    shows: 'closed, and the reporter wrote afterwards: a decision is asked for',
    steps: [
      {
        daysAgo: 55,
        by: 'reporter',
        report: {
          language: 'en',
          category: 'environment',
          relation: 'worker',
          text: 'The separator behind the paint shop overflows when it rains, and what comes out runs into the ditch to the stream. It smells of solvent. The caretaker says that it has always been so.',
          answers: {
            where: { known: true, text: 'Behind the paint shop, south side' },
            when: { known: true, text: 'Whenever it rains hard' },
          },
        },
      },
      {
        daysAgo: 45,
        by: 'tobias',
        write: 'acknowledgement',
        text: 'Thank you, we have your report. We are sorry that this took longer than seven days.',
      },
      {
        daysAgo: 20,
        by: 'tobias',
        write: 'feedback',
        text: 'A consultant took samples at the ditch on two days and found nothing above the limits. We found no fault in the separator.',
      },
      {
        daysAgo: 20,
        by: 'tobias',
        close: 'unsubstantiated',
        text: 'We close the case for now. Write here if you see it again.',
      },
      {
        daysAgo: 6,
        by: 'reporter',
        message:
          'The samples were taken on dry days. It rained on Tuesday and the ditch was rainbow-coloured again for an hour, from about two o’clock.',
      },
    ],
  },
  {
    shows: 'withdrawn by the reporter',
    steps: [
      {
        daysAgo: 47,
        by: 'reporter',
        report: {
          language: 'en',
          category: 'other',
          relation: 'worker',
          text: 'Somebody takes tools home from the workshop at weekends. I have seen the van twice.',
          answers: { who: { known: false } },
        },
      },
      {
        daysAgo: 45,
        by: 'tobias',
        write: 'acknowledgement',
        text: 'Thank you for your report. Can you say on which weekends you saw the van?',
      },
      {
        daysAgo: 30,
        by: 'reporter',
        message:
          'I found out that borrowing tools is allowed with a signed slip, and that there is one. I was wrong, please close this.',
      },
      {
        daysAgo: 20,
        by: 'tobias',
        close: 'withdrawn',
        text: 'Thank you for telling us. You did nothing wrong by asking; we close the case.',
      },
    ],
  },
];
