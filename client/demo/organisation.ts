import type { SetUpInput } from '../desk/set-up.js';

/** The organisation of the demo; neither it nor its people exist. */
export const setUpInput: SetUpInput = {
  organisation: {
    names: {
      en: 'Fjällhavre Components',
      sv: 'Fjällhavre Komponenter',
      fi: 'Fjällhavre Components',
      nb: 'Fjällhavre Components',
    },
    country: 'SE',
  },
  languages: ['en', 'sv', 'fi', 'nb'],
  channelNames: {
    en: 'Reporting channel',
    sv: 'Rapporteringskanal',
    fi: 'Ilmoituskanava',
    nb: 'Varslingskanal',
  },
  texts: {
    en: 'Tell us about wrongdoing at work. Two people read what you write, and nobody else.\n\nThis is a demonstration: everything in it is made up.',
    sv: 'Berätta om missförhållanden på arbetet. Två personer läser det du skriver, och ingen annan.\n\nDetta är en demonstration: allt i den är påhittat.',
    fi: 'Kerro väärinkäytöksistä työssä. Kaksi ihmistä lukee, mitä kirjoitat, eikä kukaan muu.\n\nTämä on esittely: kaikki siinä on keksittyä.',
    nb: 'Fortell om kritikkverdige forhold på jobben. To personer leser det du skriver, og ingen andre.\n\nDette er en demonstrasjon: alt i den er oppdiktet.',
  },
  administrator: { name: 'anna' },
  handler: {
    name: 'maja',
    shownName: 'Maja Ekdahl',
    role: {
      en: 'Compliance',
      sv: 'Regelefterlevnad',
      fi: 'Vaatimustenmukaisuus',
      nb: 'Etterlevelse',
    },
  },
};

/** The second handler, who comes by invitation. */
export const invited = {
  name: 'tobias',
  shownName: 'Tobias Rehn',
  role: { en: 'Legal', sv: 'Juridik', fi: 'Lakiasiat', nb: 'Juss' },
};

/** The report that a channel takes before it opens. */
export const practiceText = 'A practice report, to see that everything works.';
