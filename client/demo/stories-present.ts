import { gaugePicture, inspectionLog, invoiceCopy } from './files.js';
import type { Story } from './story.js';

/** The case whose key the demo prints. */
export const shownStory: Story = {
  shows: 'a conversation with files and notes',
  steps: [
    {
      daysAgo: 62,
      by: 'reporter',
      report: {
        language: 'en',
        category: 'work_safety',
        relation: 'worker',
        text: 'The pressure of pump P-14 in hall 4 has been above the limit for weeks. The weekly inspection is signed off in the system, but nobody has been at the pump: the paper log beside it has no signatures since February. We were told to keep the line running until the summer stop.',
        answers: {
          where: { known: true, text: 'Hall 4, pump P-14' },
          when: { known: true, text: 'Since the middle of February' },
          who: {
            known: true,
            text: 'The shift leads know. I do not know who signs in the system.',
          },
          how: { known: true, text: 'I pass the pump on every shift.' },
        },
        files: [inspectionLog()],
      },
    },
    {
      daysAgo: 60,
      by: 'maja',
      write: 'acknowledgement',
      text: 'Thank you for your report. I take it seriously, and I have asked for an inspection of all pumps in hall 4 without naming P-14. Could you take a picture of the gauge without risk to yourself? Please do not put yourself in danger for it.',
    },
    { daysAgo: 60, by: 'maja', title: 'Pump P-14: inspections signed but not done' },
    {
      daysAgo: 60,
      by: 'maja',
      work: ({ maja, tobias }) => ({ kind: 'responsible', readers: [maja, tobias], text: '' }),
    },
    { daysAgo: 60, by: 'maja', work: () => ({ kind: 'labels', labels: ['hall 4', 'pumps'] }) },
    {
      daysAgo: 57,
      by: 'maja',
      work: () => ({
        kind: 'progress',
        progress: 'investigation',
        detail: 'Inspections and logs',
        text: '',
      }),
    },
    {
      daysAgo: 45,
      by: 'tobias',
      work: ({ tobias }, dayIn) => ({
        kind: 'task',
        id: null,
        name: 'Compare signatures in the system with the shift plan',
        due: dayIn(9),
        reader: tobias,
        state: 'open',
      }),
    },
    {
      daysAgo: 60,
      by: 'maja',
      note: 'If the log is right this is urgent. Asked the safety engineer from the other site to come as a routine visit. The shift leads are not to be told why.',
    },
    {
      daysAgo: 58,
      by: 'reporter',
      message: 'Here is a picture from this morning. Nobody saw me.',
      files: [gaugePicture()],
    },
    {
      daysAgo: 45,
      by: 'maja',
      write: 'reply',
      text: 'Thank you. The pump was taken out of service the day after. One more question: do you know whether other pumps are signed off in the same way?',
    },
    {
      daysAgo: 45,
      by: 'tobias',
      note: 'The system shows one account signing for three people. IT keeps the log; HR is not involved before we know more.',
    },
    { daysAgo: 44, by: 'reporter', message: 'P-9 and P-11 at least. The others I do not know.' },
    {
      daysAgo: 20,
      by: 'maja',
      write: 'reply',
      text: 'P-9 and P-11 were inspected too, and P-11 was replaced. You will have our feedback on the whole before the date above.',
    },
  ],
};

/** Cases that are open. */
export const presentStories: readonly Story[] = [
  {
    shows: 'feedback is due in a few days',
    steps: [
      {
        daysAgo: 86,
        by: 'reporter',
        report: {
          language: 'en',
          category: 'fraud',
          relation: 'worker',
          text: 'Scaffolding for hall 4 was invoiced twice for the same weeks, and both invoices were paid. It is not the first time with this supplier. I attach a copy.',
          answers: { how: { known: true, text: 'I book the invoices.' }, more: { known: false } },
          files: [invoiceCopy()],
        },
      },
      {
        daysAgo: 81,
        by: 'maja',
        write: 'acknowledgement',
        text: 'Thank you for your report and the copy. We compare all invoices of this supplier for the last two years.',
      },
      {
        daysAgo: 79,
        by: 'maja',
        work: () => ({ kind: 'progress', progress: 'investigation', detail: '', text: '' }),
      },
      { daysAgo: 79, by: 'maja', work: () => ({ kind: 'labels', labels: ['hall 4'] }) },
      {
        daysAgo: 60,
        by: 'maja',
        note: 'Eleven invoices look the same so far, 1.9 million in all. The external auditor is told on Monday.',
      },
    ],
  },
  {
    shows: 'feedback was given, the case goes on',
    steps: [
      {
        daysAgo: 82,
        by: 'reporter',
        report: {
          language: 'en',
          category: 'harassment',
          relation: 'volunteer_trainee',
          text: 'One of the supervisors in the trainee programme makes remarks about how we look, and those who object get the worst shifts. Several have left because of it.',
          answers: {
            where: { known: true, text: 'Trainee programme, evening shift' },
            who: { known: true, text: 'A supervisor; I am afraid to write the name yet.' },
          },
        },
      },
      {
        daysAgo: 81,
        by: 'maja',
        write: 'acknowledgement',
        text: 'Thank you for telling us. You decide how much you write. What you wrote is enough for us to begin.',
      },
      {
        daysAgo: 20,
        by: 'maja',
        write: 'feedback',
        text: 'We have spoken with trainees of three years, without saying why. What they told us fits your report. The supervisor does not make shift plans any more while we go on. Next we talk with the supervisor, who has a right to be heard; nothing of what you wrote is shown.',
      },
    ],
  },
  {
    shows: 'the reporter answered: a new message',
    steps: [
      {
        daysAgo: 11,
        by: 'reporter',
        report: {
          language: 'en',
          category: 'product_safety',
          relation: 'worker',
          text: 'Brackets of batch 118 failed the pull test, and the result was changed in the report before they were shipped.',
          answers: { where: { known: true, text: 'Test laboratory' }, who: { known: false } },
        },
      },
      {
        daysAgo: 9,
        by: 'maja',
        write: 'acknowledgement',
        text: 'Thank you. Do you know where the first result can still be found, and to whom the batch went?',
      },
      {
        daysAgo: 1,
        by: 'reporter',
        message:
          'The test machine keeps its own files on a computer without network, folder "raw". The batch went to two customers; I only know that one of them builds lifts.',
      },
    ],
  },
  {
    shows: 'the acknowledgement is overdue',
    steps: [
      {
        daysAgo: 13,
        by: 'reporter',
        report: {
          language: 'sv',
          category: 'competition_tax',
          relation: 'worker',
          text: 'Övertid betalas delvis kontant och syns inte på lönebeskedet. Det gäller nästan alla på nattskiftet.',
          answers: {
            when: { known: true, text: 'Sedan i våras' },
            how: { known: true, text: 'Jag har själv fått pengar i kuvert.' },
          },
        },
      },
    ],
  },
  {
    shows: 'new, with files',
    steps: [
      {
        daysAgo: 3,
        by: 'reporter',
        report: {
          language: 'en',
          category: 'corruption',
          relation: 'worker',
          text: 'The site office approves extra work by a scaffolding company whose owner paid for a fishing trip in May. The picture and the invoice belong together.',
          answers: { when: { known: true, text: 'May, and since' } },
          files: [gaugePicture(), invoiceCopy()],
        },
      },
    ],
  },
  {
    shows: 'new, in Swedish',
    steps: [
      {
        daysAgo: 1,
        by: 'reporter',
        report: {
          language: 'sv',
          category: 'data_protection',
          relation: 'worker',
          text: 'Kamerorna i lagret spelar in ljud. Det står ingenstans, och chefen citerade ett samtal som bara vi två hade.',
          answers: { where: { known: true, text: 'Lagret, vid lastkajen' } },
        },
      },
    ],
  },
  {
    shows: 'new today; the reporter left Tobias out',
    steps: [
      {
        daysAgo: 0,
        by: 'reporter',
        report: {
          language: 'en',
          category: 'unknown',
          relation: 'worker',
          text: 'My report is about how Tobias Rehn handled a dismissal in the spring. Papers that spoke for the person were not in the file when the union asked for it.',
          answers: { how: { known: true, text: 'I had copied the file before.' } },
          leftOut: ['tobias'],
        },
      },
    ],
  },
];
