import { CATEGORIES, RELATIONS } from '../../crypto/private.js';

function wrapped(items: readonly string[]): string {
  const lines = [''];
  for (const item of items) {
    const line = lines.at(-1) ?? '';
    if (line.length + item.length > 76) lines.push(`${item}, `);
    else lines[lines.length - 1] = `${line}${item}, `;
  }
  return lines
    .map((line) => `      ${line.trimEnd()}`)
    .join('\n')
    .replace(/,$/u, '');
}

/** What `casekey --help` prints. */
export const help = `casekey: report wrongdoing, and come back to a report, without a browser.

  casekey report --address URL [--file FILE]... [--leave-out NAME]...
  casekey return --address URL
  casekey reply  --address URL [--text-file FILE] [--file FILE]...
  casekey attach --address URL FILE... [--text-file FILE]
  casekey agree   NUMBER --address URL
  casekey rectify NUMBER --address URL [--text-file FILE]
  casekey meet   in_person|phone|video --address URL [--text-file FILE]
  casekey meet   NUMBER take CHOICE|others|decline|off --address URL
  casekey consent NUMBER agree|refuse|withdraw --address URL
  casekey read   --address URL [NUMBER...] [--out FOLDER]
  casekey copy FILE --address URL
  casekey receipt FILE --address URL [--with-key]
  casekey verify URL [--manifest FILE --release-key KEY]
  casekey verify-export FILE [--fingerprint WORDS]

Everything is sealed on this machine before it is sent, with the same code as the pages
use; no code of the server is run. Nothing is kept here but what you ask to be kept.

Commands
  report   writes a new report and sends it to the readers whom the organisation names
  return   shows the case: dates, who reads it, messages, files
  reply    sends a message into the case, with files if you like
  attach   sends files into the case
  agree    agrees, by the case key's signature, to the newest version of what was written
           down of a call or a meeting; return shows its number
  rectify  says what is wrong in it, or how it should read
  meet     asks for a meeting, or answers what is proposed. Whoever meets you sees or hears
           you: after that you are not unknown to that person any more
  consent  answers whether somebody outside may be told who you are; return shows the
           question and its number. You can take your agreement back at any time, in a
           closed case too; what was told before stays told
  read     saves the files of the case, all or those of these numbers
  copy     keeps the case as one page (FILE.html) or, with its files, as an archive
           (FILE.zip); whoever finds it knows that somebody reported
  receipt  checks a receipt that a reporter kept, and says what it proves
  verify   compares what an installation serves with the build beside this program, or
           with a signed release: every page, script and header
  verify-export
           checks a case that a handler took out as a file, and says what it proves;
           it asks no server and writes nothing

Everywhere
  --address URL         where the installation is
  --fingerprint WORDS   the organisation's eight words, from its poster or another place
                        you trust; where they differ nothing is sent
  --key-file FILE       the case key is in this file. For a report: the file to keep the
                        new key in; where it exists already, its key is used (to repeat a
                        sending that failed)
  --socks HOST:PORT     goes through this SOCKS5 proxy and no other way, names included;
                        Tor's is 127.0.0.1:9050, Tor Browser's 127.0.0.1:9150
  --json                one JSON object as the result; nothing is asked
  --yes, -y             asks nothing that can be left out
  --help, -h            this text

The case key is never an argument, since other users of this machine can list those.
Without --key-file it is asked for and not shown, or read from standard input.

Writing (report, reply, attach)
  --text-file FILE      the text; - is standard input. Without it the text is asked for
  --file, -f FILE       a file to send; may be given again. What is hidden in files (names,
                        places, times, devices) is removed before, as far as their kind
                        allows, and listed. Where something stays in one you are asked;
                        with --yes or --json nothing is sent then. The file's name and
                        what is seen or heard in it are sent
  --keep-metadata       send files as they are, nothing removed

Report
  --channel NAME        which channel, where there is more than one
  --language CODE       the language of the report, such as en or sv
  --category CATEGORY   one of:
${wrapped(CATEGORIES)}
  --relation RELATION   yours to the organisation, one of:
${wrapped(RELATIONS)}
  --where, --when, --who, --how, --more ANSWER
                        answers to optional questions; ? means that you do not know, and
                        @FILE takes the answer from a file, unseen by other users
  --answer FIELD=ANSWER
                        the same where the channel asks its own questions; may be given
                        again. An unknown field shows the list of them. Where a file or a
                        recording is asked for, ANSWER is its path; voices are not disguised
  --leave-out NAME      a reader whom the report concerns; may be given again

Receipts
  --receipt FILE        report and return, where the channel gives receipts: writes one to
                        this file. Whoever finds it sees that somebody reported here on
                        that day; it proves filing only while whoever runs the server was
                        honest, since they could sign anything
  --directory FILE      receipt: checks by a directory saved before from /api/directory,
                        in place of the one at --address
  --with-key            receipt: asks for the case key too (or takes it from --key-file),
                        and shows that the receipt is of this case's report

Verify
  --manifest FILE       the manifest of a release; its signature lies in FILE.sig
  --release-key KEY     the public key of whoever signed it, from a place you trust

Exit codes
  0    done
  1    this program failed
  2    wrong options, input or case key
  3    the server could not be reached or is busy; the same command can be run again
  4    the server refused, or there is no such case
  5    what the server handed out does not verify, or the fingerprint differs;
       for verify: the installation serves something else;
       for receipt: it does not hold, or is not of this case key's report;
       for verify-export: the export was changed, or is none
  6    a file on this machine cannot be read or written
  130  cancelled
`;
