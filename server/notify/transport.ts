import nodemailer from 'nodemailer';
import type { SmtpConfig } from '../config.js';
import type { Mail } from './message.js';

/** Sends one mail; rejects where the mail server does not take it. */
export type SendMail = (mail: Mail) => Promise<void>;

/** How long a mail server may keep us waiting, in milliseconds. */
const PATIENCE = 30_000;

/**
 * Sending by SMTP, one connection for each mail.
 *
 * @param name what we call ourselves to the mail server, in place of the machine's name.
 */
export function createTransport(smtp: SmtpConfig, name: string): SendMail {
  const transport = nodemailer.createTransport({
    host: smtp.host,
    port: smtp.port,
    name,
    secure: smtp.tls === 'implicit',
    requireTLS: smtp.tls === 'starttls',
    ignoreTLS: smtp.tls === 'none',
    ...(smtp.user === undefined || smtp.password === undefined
      ? {}
      : { auth: { user: smtp.user, pass: smtp.password } }),
    connectionTimeout: PATIENCE,
    greetingTimeout: PATIENCE,
    socketTimeout: PATIENCE,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return async (mail) => {
    await transport.sendMail(mail);
  };
}
