/**
 * What the program itself says, in German: its refusals and findings reach the window as English sentences beside
 * their codes (`crates/engine/src/error.rs`, `words.rs`). A sentence that is not known here is told by its code.
 */
const SENTENCES: Record<string, string> = {
  // What happened.
  'This password does not open Valise on this computer.':
    'Dieses Passwort öffnet Valise auf diesem Computer nicht.',
  'No token opens Valise on this computer.': 'Auf diesem Computer öffnet kein Token Valise.',
  'The password stays: no recovery kit of yours is proven to be kept, so a token that is lost or broken would be the end.':
    'Das Passwort bleibt: Kein Notfallbogen ist nachweislich aufbewahrt; ein verlorenes oder defektes Token wäre also das Ende.',
  'This token does not have what opens Valise on this computer: it is another one of the same name, or its key is another one.':
    'Dieses Token öffnet Valise auf diesem Computer nicht: Es ist ein anderes mit demselben Namen, oder sein Schlüssel ist ein anderer.',
  'This token does not have the key that was to sign: it is another one of the same name, or its key is another one.':
    'Dieses Token hat den Schlüssel nicht, der signieren sollte: Es ist ein anderes mit demselben Namen, oder sein Schlüssel ist ein anderer.',
  'No password opens Valise on this computer: a token does.':
    'Auf diesem Computer öffnet kein Passwort Valise, sondern ein Token.',
  'Both codes are of the same kit.': 'Beide Codes gehören zum selben Bogen.',
  'This kit is right, and one more way is needed beside it.':
    'Dieser Bogen stimmt; es fehlt noch ein zweiter Weg.',
  'There is no recovery kit for this computer.': 'Für diesen Computer gibt es keinen Notfallbogen.',
  'These groups do not stand on this kit.': 'Diese Gruppen stehen nicht auf diesem Bogen.',
  'There is an account in this home already.': 'Auf diesem Computer gibt es hier schon ein Konto.',
  'There is no account here yet.': 'Hier gibt es noch kein Konto.',
  'The catalog has no room left for what you add.':
    'Auf dem Server ist kein Platz mehr für das, was Sie hinzufügen.',
  'It is kept on this computer, and everything else goes on. Colleagues do not get it yet.':
    'Es bleibt auf diesem Computer, und alles andere geht weiter. Die anderen bekommen es noch nicht.',
  'Purge what nobody needs from the trash, or ask the people who run the catalog for more room.':
    'Leeren Sie den Papierkorb, oder bitten Sie die Verantwortlichen des Servers um mehr Platz.',
  "Somebody else answers at the catalog's address.": 'Unter der Adresse des Servers antwortet jemand anders.',
  'Nothing was sent there, and nothing of yours was changed.':
    'Es wurde nichts dorthin gesendet und nichts von Ihnen geändert.',
  'Try again on another network. If it stays so, ask the people who run the catalog.':
    'Versuchen Sie es in einem anderen Netz. Bleibt es dabei, fragen Sie die Verantwortlichen des Servers.',
  'This is you: compare safety numbers with somebody else.':
    'Das sind Sie selbst: Vergleichen Sie Sicherheitsnummern mit jemand anderem.',
  'This is not the safety number of this person: nothing was marked.':
    'Das ist nicht die Sicherheitsnummer dieser Person: Es wurde nichts vermerkt.',
  'This invitation was made before you could see its link: make another one.':
    'Diese Einladung wurde erstellt, bevor Sie ihren Link sehen konnten: Erstellen Sie eine neue.',
  'This cannot be paused, only cancelled.': 'Das lässt sich nicht anhalten, nur abbrechen.',
  'Valise is locked.': 'Valise ist gesperrt.',
  'The catalog does not know this computer any more: it was removed from the account, the account was closed, or the server was restored from an old copy.':
    'Der Server kennt diesen Computer nicht mehr: Er wurde aus dem Konto entfernt, das Konto wurde geschlossen, oder der Server wurde aus einer alten Kopie wiederhergestellt.',
  'Your account was changed from another computer at the same moment, so this one could not join it.':
    'Ihr Konto wurde im selben Augenblick von einem anderen Computer geändert; dieser konnte deshalb nicht dazukommen.',
  'You have not been let in yet.': 'Sie wurden noch nicht eingelassen.',
  'Another Valise uses this home.': 'Ein anderes Valise arbeitet mit diesen Dateien.',
  'Another version of Valise is open here than this command is.':
    'Hier ist eine andere Version von Valise geöffnet als dieser Befehl.',
  'The Valise that is open here ended before it answered.':
    'Das Valise, das hier geöffnet war, hat sich beendet, bevor es geantwortet hat.',
  'It was not found; somebody may have moved or removed it.':
    'Das wurde nicht gefunden; vielleicht wurde es verschoben oder gelöscht.',
  'This name cannot be used.': 'Dieser Name kann nicht verwendet werden.',
  'This is not a Valise invitation.': 'Das ist keine Einladung von Valise.',
  'The invitation is incomplete or was changed on its way.':
    'Die Einladung ist unvollständig oder wurde unterwegs verändert.',
  'A newer version of Valise is needed here.': 'Hier ist eine neuere Version von Valise nötig.',
  'The catalog cannot be reached.': 'Der Server ist nicht erreichbar.',
  'The catalog did not take this change.': 'Der Server hat diese Änderung nicht angenommen.',
  'No computer that holds this file can be reached now.':
    'Zurzeit ist kein Computer erreichbar, der diese Datei hat.',
  'This could not be verified, so it was not opened.':
    'Das konnte nicht überprüft werden und wurde deshalb nicht geöffnet.',
  'The catalog gave something that contradicts what was verified before.':
    'Der Server hat etwas geliefert, das früher Überprüftem widerspricht.',
  'A key change is waiting in this folder.': 'In diesem Ordner steht ein Schlüsselwechsel aus.',
  'The disk is full.': 'Der Datenträger ist voll.',
  "This file is too large to be opened from inside Valise: the private place for opened files, which is in this computer's memory, has no room for it.":
    'Diese Datei ist zu groß, um in Valise geöffnet zu werden: Im Arbeitsspeicher dieses Computers, wo geöffnete Dateien liegen, ist dafür kein Platz.',
  'This file is too large to be shown here.': 'Diese Datei ist zu groß, um hier gezeigt zu werden.',
  'This image is too large to be shown here.': 'Dieses Bild ist zu groß, um hier gezeigt zu werden.',
  'Open it in its own program, or use “Save as”.':
    'Öffnen Sie sie in ihrem eigenen Programm, oder benutzen Sie „Speichern unter“.',
  'The system gives no random numbers.': 'Das System gibt keine Zufallszahlen.',
  'Starting at log-in could not be changed on this computer.':
    'Das Starten beim Anmelden ließ sich auf diesem Computer nicht ändern.',
  'A file that you opened was changed, and the change could not become a new version.':
    'Eine geöffnete Datei wurde geändert, und die Änderung konnte nicht zur neuen Version werden.',
  'The disk or the system refused.': 'Der Datenträger oder das System hat abgelehnt.',
  'The index on this computer is damaged.': 'Das Verzeichnis auf diesem Computer ist beschädigt.',
  'A file of Valise on this computer is damaged.':
    'Eine Datei von Valise auf diesem Computer ist beschädigt.',
  'Stopped.': 'Angehalten.',
  'It took longer than allowed.': 'Es hat zu lange gedauert.',
  'Valise made a mistake.': 'Valise hat einen Fehler gemacht.',
  'The code is too long.': 'Der Code ist zu lang.',
  'The code is mistyped.': 'Der Code enthält einen Tippfehler.',
  'The code is mistyped in more than one place.': 'Der Code enthält mehrere Tippfehler.',
  'This is not the code of a recovery kit.': 'Das ist nicht der Code eines Notfallbogens.',
  'This kit was made by a newer Valise.': 'Dieser Bogen stammt von einem neueren Valise.',
  'This computer is no server.': 'Dieser Computer ist kein Server.',
  'The copy could not be made.': 'Die Kopie konnte nicht angelegt werden.',
  'It goes on as before on this computer.': 'Auf diesem Computer geht es weiter wie bisher.',
  'Name at least one address.': 'Nennen Sie mindestens eine Adresse.',
  'There are too many addresses.': 'Das sind zu viele Adressen.',
  'A group needs a name of one line.': 'Eine Gruppe braucht einen Namen aus einer Zeile.',
  'There is a group of this name already.': 'Es gibt schon eine Gruppe mit diesem Namen.',
  'There are as many groups as a workspace can have.':
    'Es gibt so viele Gruppen, wie ein Arbeitsbereich haben kann.',
  'The workspace could not be hosted on this computer.':
    'Der Arbeitsbereich ließ sich auf diesem Computer nicht bereitstellen.',
  'No program of this computer opens this file.': 'Kein Programm auf diesem Computer öffnet diese Datei.',
  'The clipboard is not available.': 'Die Zwischenablage ist nicht verfügbar.',

  // Tokens.
  'The token does not take this PIN, and does not say how many tries are left.':
    'Das Token nimmt diese PIN nicht an und sagt nicht, wie viele Versuche bleiben.',
  'The token does not take this PIN, and counts wrong ones.':
    'Das Token nimmt diese PIN nicht an und zählt falsche mit.',
  'The token does not take this PIN. One try is left: the next wrong PIN locks it.':
    'Das Token nimmt diese PIN nicht an. Ein Versuch bleibt: Die nächste falsche PIN sperrt es.',
  "The token's PIN is locked: too many wrong ones were tried.":
    'Die PIN des Tokens ist gesperrt: Es gab zu viele falsche Versuche.',
  "The token's PIN is needed.": 'Die PIN des Tokens ist nötig.',
  'The token was taken out.': 'Das Token wurde entfernt.',

  // What is right or possible now.
  'Only an owner of the folder can do this.': 'Das kann nur die Leitung des Ordners.',
  'The invitation has expired.': 'Die Einladung ist abgelaufen.',
  'Valise is open: nothing needs to be recovered.':
    'Valise ist geöffnet: Es muss nichts wiederhergestellt werden.',
  'This catalog serves another workspace already.':
    'Dieser Server gehört schon zu einem anderen Arbeitsbereich.',
  'The invitation names no catalog.': 'Die Einladung nennt keinen Server.',
  'The invitation is spent or withdrawn.': 'Die Einladung ist verbraucht oder zurückgezogen.',
  'The invitation is spent, withdrawn or expired.':
    'Die Einladung ist verbraucht, zurückgezogen oder abgelaufen.',
  'Type the code of a kit.': 'Geben Sie den Code eines Bogens ein.',
  'What answered the code is not a Valise that could join.':
    'Was auf den Code geantwortet hat, ist kein Valise, das dazukommen könnte.',
  'The other computer did not answer: is it open there?':
    'Der andere Computer hat nicht geantwortet: Ist Valise dort geöffnet?',
  'The code has run out.': 'Der Code ist abgelaufen.',
  'The code counts no more.': 'Der Code gilt nicht mehr.',
  'Nobody waits for this code there, or no more.': 'Auf diesen Code wartet dort niemand, oder niemand mehr.',
  'No account there belongs to this kit.': 'Dort gehört kein Konto zu diesem Bogen.',
  'No account there belongs to these kits.': 'Dort gehört kein Konto zu diesen Bögen.',
  'Another computer has used this code.': 'Ein anderer Computer hat diesen Code verwendet.',
  'Your request was refused. Speak to an officer, then ask again.':
    'Ihre Anfrage wurde abgelehnt. Sprechen Sie mit Ihrer Verwaltung und fragen Sie dann noch einmal an.',
  'Your request counts no more: your account was changed meanwhile, or too long has passed.':
    'Ihre Anfrage gilt nicht mehr: Ihr Konto wurde inzwischen geändert, oder es ist zu viel Zeit vergangen.',
  'Your officers have not helped yet, or the time to wait is not over.':
    'Ihre Verwaltung hat noch nicht geholfen, oder die Wartezeit ist noch nicht um.',
  'Your account has had too many keys for signing: it takes no more.':
    'Ihr Konto hatte zu viele Signaturschlüssel und nimmt keinen weiteren an.',
  'You have asked already: wait for the answer, or give up first.':
    'Sie haben schon angefragt: Warten Sie die Antwort ab oder ziehen Sie die Anfrage zuerst zurück.',
  "You are the folder's only owner.": 'Nur Sie haben die Leitung dieses Ordners.',
  'Hand it over to somebody who has accepted it, then leave: both in one step, with “Hand over” or `valise folder hand-over --leave`.':
    'Übergeben Sie ihn jemandem, der ihn angenommen hat, und verlassen Sie ihn dann: beides in einem Schritt, mit „Übergeben“ oder `valise folder hand-over --leave`.',
  'The folder is yours: choose somebody else.': 'Der Ordner gehört Ihnen schon: Wählen Sie jemand anderen.',
  'They are not in the folder: add them, and hand it over when they have accepted it.':
    'Diese Person gehört nicht zum Ordner: Fügen Sie sie hinzu, und übergeben Sie ihn, wenn sie ihn angenommen hat.',
  'They have not accepted the folder yet: ask them to, and hand it over then.':
    'Diese Person hat den Ordner noch nicht angenommen: Bitten Sie sie darum, und übergeben Sie ihn dann.',
  'This is not a link to a file in Valise, or it is damaged.':
    'Das ist kein Link zu einer Datei in Valise, oder er ist beschädigt.',
  'This link leads to another workspace than yours.':
    'Dieser Link führt in einen anderen Arbeitsbereich als Ihren.',
  'This link leads to a folder that waits for your answer: accept it first.':
    'Dieser Link führt zu einem Ordner, der auf Ihre Antwort wartet: Nehmen Sie ihn zuerst an.',
  'This link leads to a folder that you are not in.':
    'Dieser Link führt zu einem Ordner, zu dem Sie nicht gehören.',
  'Who can help was changed just now: look, and try again.':
    'Wer helfen kann, wurde soeben geändert: Sehen Sie nach und versuchen Sie es noch einmal.',
  'Too many requests wait for your officers already: speak to one of them.':
    'Bei Ihrer Verwaltung liegen schon zu viele Anfragen: Sprechen Sie mit ihr.',
  'This version has not been sent yet: connect first.':
    'Diese Version wurde noch nicht gesendet: Stellen Sie zuerst eine Verbindung her.',
  'This key has ended: it signs nothing any more.': 'Dieser Schlüssel gilt nicht mehr und signiert nichts.',
  'This key has ended, and stays so. Name another one: it is made on the token.':
    'Dieser Schlüssel gilt endgültig nicht mehr. Nennen Sie einen anderen: Er wird auf dem Token erstellt.',
  'This is the computer you are at: remove it from another one of yours.':
    'An diesem Computer sitzen Sie gerade: Entfernen Sie ihn von einem anderen Ihrer Computer aus.',
  'This computer does not have this key.': 'Dieser Computer hat diesen Schlüssel nicht.',
  'These are your own files: nobody takes them over.':
    'Das sind Ihre eigenen Dateien: Niemand übernimmt sie.',
  'These are your own files: nobody else has them.': 'Das sind Ihre eigenen Dateien: Niemand sonst hat sie.',
  'The key for signing did not answer.': 'Der Signaturschlüssel hat nicht geantwortet.',
  'Others have to help here: you do not hold the key for this.':
    'Hier müssen andere helfen: Sie haben den Schlüssel dafür nicht.',
  'Only an officer of the workspace can hold the share of others.':
    'Nur die Verwaltung kann Teile für andere aufbewahren.',
  'Only an officer of the workspace can do this.': 'Das kann nur die Verwaltung.',
  'Only an officer of the workspace can invite somebody new.':
    'Neue Personen kann nur die Verwaltung einladen.',
  'Nobody was asked for help from here.': 'Von hier aus wurde niemand um Hilfe gebeten.',
  'Nobody has signed this version, or no signature on it is good.':
    'Niemand hat diese Version signiert, oder keine Signatur darauf ist gültig.',
  'Nobody closes their own account: ask another officer.':
    'Das eigene Konto kann niemand schließen: Bitten Sie jemand anderen aus der Verwaltung.',
  'Nobody approves their own recovery: ask another officer.':
    'Die eigene Wiederherstellung kann niemand genehmigen: Bitten Sie jemand anderen aus der Verwaltung.',
  'No share of your key lies with your workspace: the other kit is needed.':
    'Bei Ihrem Arbeitsbereich liegt kein Teil Ihres Schlüssels: Der andere Bogen ist nötig.',
  'No key that is kept elsewhere is needed here to help anybody.':
    'Zum Helfen ist hier kein anderswo aufbewahrter Schlüssel nötig.',
  'Another officer has just chosen who can help: look, and choose again.':
    'Jemand anderes aus der Verwaltung hat soeben ausgewählt, wer helfen kann: Sehen Sie nach und wählen Sie noch einmal.',
  'Another officer has just changed who can help, or moved this: look, and try again.':
    'Jemand anderes aus der Verwaltung hat soeben etwas daran geändert: Sehen Sie nach und versuchen Sie es noch einmal.',
  'A workspace needs an officer: name another one first.':
    'Ein Arbeitsbereich braucht eine Verwaltung: Nehmen Sie zuerst jemand anderen auf.',
  "the folder's rules do not allow this change": 'Die Regeln des Ordners erlauben diese Änderung nicht.',
  'You can read this folder, but not change it.': 'Sie können diesen Ordner lesen, aber nicht ändern.',
  'You are not a member of this folder any more.': 'Sie gehören nicht mehr zu diesem Ordner.',
  'This workspace has a catalog already.': 'Dieser Arbeitsbereich hat schon einen Server.',
  'This computer was removed from the account.': 'Dieser Computer wurde aus dem Konto entfernt.',
  'Somebody else has taken the private place for opened files.':
    'Den geschützten Ort für geöffnete Dateien hat jemand anderes belegt.',
  'You own it already: name somebody else, or nobody.':
    'Sie leiten ihn schon: Nennen Sie jemand anderen oder niemanden.',
  'Without the token a password is needed: choose a new one.':
    'Ohne das Token ist ein Passwort nötig: Wählen Sie ein neues.',
  'What you say to the officers is to be one line of at most 500 bytes.':
    'Was Sie der Verwaltung mitteilen, darf eine Zeile mit höchstens 500 Byte sein.',
  'This key is on a token: its PIN is needed.':
    'Dieser Schlüssel liegt auf einem Token: Dessen PIN ist nötig.',
  'This is the newest version already.': 'Das ist schon die neueste Version.',
  'This is not a place for a file.': 'Das ist kein Ort für eine Datei.',
  'There is a password already, and it stays: change it by itself.':
    'Es gibt schon ein Passwort, und es bleibt: Ändern Sie es für sich.',
  'The two who have to help are to be two different people.':
    'Die beiden, die helfen müssen, müssen zwei verschiedene Personen sein.',
  'The link is not complete: copy it again, whole.':
    'Der Link ist unvollständig: Kopieren Sie ihn noch einmal, ganz.',
  'The codes of both kits are needed.': 'Die Codes beider Bögen sind nötig.',
  'The address of the catalog is needed.': 'Die Adresse des Servers ist nötig.',
  'The address of the catalog is needed beside the code.':
    'Neben dem Code ist die Adresse des Servers nötig.',
  'The address is too long.': 'Die Adresse ist zu lang.',
  'Something else has this name there.': 'Dort heißt schon etwas anderes so.',
  'Say where the key is kept: its address is needed once on each computer.':
    'Geben Sie an, wo der Schlüssel liegt: Seine Adresse ist auf jedem Computer einmal nötig.',
  'Only files can be opened.': 'Nur Dateien lassen sich öffnen.',
  'Only a token signs: its address begins with pkcs11:.':
    'Nur ein Token signiert: Seine Adresse beginnt mit pkcs11:.',
  'Only a token on this computer can open Valise: its address begins with pkcs11:.':
    'Nur ein Token an diesem Computer kann Valise öffnen: Seine Adresse beginnt mit pkcs11:.',
  'One or two can help, and wait for at most 30 days.':
    'Helfen können eine oder zwei Personen, mit höchstens 30 Tagen Wartezeit.',
  'At most one key that is kept elsewhere can be needed.':
    'Höchstens ein anderswo aufbewahrter Schlüssel kann nötig sein.',
  'A statement has at most 1,000 bytes in 16 lines, all of them visible.':
    'Eine Erklärung hat höchstens 1.000 Byte in 16 Zeilen, alle sichtbar.',
  'A name has 1 to 200 characters, all of them visible.': 'Ein Name hat 1 bis 200 Zeichen, alle sichtbar.',
  'A key can change at most every day and at least every ten years.':
    'Ein Schlüssel kann höchstens jeden Tag und muss mindestens alle zehn Jahre wechseln.',
  'A directory cannot be moved into itself.': 'Ein Unterordner lässt sich nicht in sich selbst verschieben.',
  "A computer's name has 1 to 200 characters, all of them visible.":
    'Der Name eines Computers hat 1 bis 200 Zeichen, alle sichtbar.',
  'Somebody made themselves an owner of this folder: see the security events.':
    'Jemand hat sich selbst zur Leitung dieses Ordners gemacht: Sehen Sie auf der Seite „Sicherheit“ nach.',
  'Something that you changed in this folder has not been sent yet: connect first.':
    'Etwas, das Sie in diesem Ordner geändert haben, ist noch nicht gesendet: Stellen Sie zuerst eine Verbindung her.',
  'The file was changed or renamed while the token signed: sign again.':
    'Die Datei wurde geändert oder umbenannt, während das Token signierte: Signieren Sie noch einmal.',
  "This key is another computer's of yours already. Name another one for this computer: it is made on the token.":
    'Dieser Schlüssel gehört schon zu einem anderen Ihrer Computer. Nennen Sie für diesen einen anderen: Er wird auf dem Token erstellt.',
  "This key is another computer's of yours: sign there, or with a key of this one.":
    'Dieser Schlüssel gehört zu einem anderen Ihrer Computer: Signieren Sie dort oder mit einem Schlüssel von diesem.',
  "This request counts no more: the person's kit, or who can help, is another one since.":
    'Diese Anfrage gilt nicht mehr: Der Bogen der Person, oder wer helfen kann, ist inzwischen ein anderer.',
  'What was made here without the network has to reach the catalog first: connect, then try again.':
    'Was hier ohne Netzwerk entstand, muss zuerst zum Server: Stellen Sie eine Verbindung her und versuchen Sie es noch einmal.',
  'You use Valise on other computers, too. To begin anew here, remove this computer from another one of yours, and then add it again.':
    'Sie verwenden Valise auch auf anderen Computern. Um hier neu zu beginnen, entfernen Sie diesen von einem anderen aus und fügen Sie ihn dann wieder hinzu.',
  'Your recovery was renewed on another computer: use that one, or its kit on a new computer.':
    'Ihre Wiederherstellung wurde auf einem anderen Computer erneuert: Verwenden Sie jenen, oder dessen Bogen auf einem neuen.',

  // What is safe.
  "The system's keyring takes nothing now: unlock it, then try again.":
    'Der Schlüsselbund des Systems nimmt jetzt nichts an: Entsperren Sie ihn und versuchen Sie es dann noch einmal.',
  "The token opens this computer's Valise, and is asked for each time.":
    'Das Token öffnet Valise auf diesem Computer und wird jedes Mal verlangt.',
  'The address has to begin with https://.': 'Die Adresse muss mit https:// beginnen.',
  'Make the key there first.': 'Legen Sie den Schlüssel dort zuerst an.',
  'Nothing was changed.': 'Es wurde nichts geändert.',
  'Nothing was changed, and everything in Valise stays sealed.':
    'Es wurde nichts geändert, und alles in Valise bleibt verschlossen.',
  'Nothing was signed.': 'Es wurde nichts signiert.',
  'Nothing of yours was changed.': 'Von Ihnen wurde nichts geändert.',
  'Nothing half done was kept.': 'Es blieb nichts Halbfertiges.',
  'Nothing in it was changed.': 'Darin wurde nichts geändert.',
  'Everything in it stays sealed.': 'Alles darin bleibt verschlossen.',
  'What is on it stays sealed behind its password.':
    'Was darauf liegt, bleibt hinter dem Passwort verschlossen.',
  'The recovery kits that you used are still good.': 'Die verwendeten Notfallbögen gelten weiterhin.',
  'What you have here can be used, and changes are kept until it answers.':
    'Was Sie hier haben, können Sie benutzen; Änderungen bleiben hier, bis er antwortet.',
  'It is kept here.': 'Sie bleibt hier.',
  'The file itself is not lost by this.': 'Die Datei selbst ist dadurch nicht verloren.',
  'It was not believed, and nothing of yours was changed.':
    'Es wurde nicht geglaubt, und von Ihnen wurde nichts geändert.',
  'It was not applied, and nothing of yours was changed.':
    'Es wurde nicht übernommen, und von Ihnen wurde nichts geändert.',
  'The file is as it was.': 'Die Datei ist unverändert.',
  'The changed file stays in its private place on this computer, and nothing of it is lost.':
    'Die geänderte Datei bleibt an ihrem geschützten Ort auf diesem Computer; nichts davon ist verloren.',
  'What the catalog and your colleagues hold is not touched.':
    'Was der Server und die anderen Mitglieder haben, ist nicht betroffen.',
  'It goes on by itself as long as Valise is open.':
    'Es geht von selbst weiter, solange Valise geöffnet ist.',
  'The driver was not run, the PIN was not shown to it, and nothing was changed.':
    'Der Treiber wurde nicht gestartet, die PIN nicht an ihn gegeben und nichts geändert.',
  'It also needs your recovery kit or the keyring of your computer.':
    'Dazu braucht es auch Ihren Notfallbogen oder den Schlüsselbund Ihres Computers.',
  'Nothing is sent to it from this computer until who owned it before decides.':
    'Von diesem Computer wird nichts dorthin gesendet, bis die frühere Leitung entscheidet.',
  'The keyring of this computer has its share.': 'Der Schlüsselbund dieses Computers hat seinen Teil.',
  'The keyring of this computer has no share: it was never given one, or it was set up anew.':
    'Der Schlüsselbund dieses Computers hat keinen Teil: Er erhielt nie einen, oder er wurde neu angelegt.',
  'The keyring of this computer has a share of an older set.':
    'Der Schlüsselbund dieses Computers hat den Teil eines älteren Satzes.',
  'The keyring of this computer is locked: unlocking it, as at log-in, would do as well.':
    'Der Schlüsselbund dieses Computers ist gesperrt: Ihn zu entsperren, wie bei der Anmeldung, genügte auch.',
  'This computer has no keyring that answers.': 'Auf diesem Computer antwortet kein Schlüsselbund.',
  'The keyring of this computer did not answer: it may be waiting for a question to be answered.':
    'Der Schlüsselbund dieses Computers hat nicht geantwortet: Vielleicht wartet er auf eine Antwort von Ihnen.',
  'The keyring of this computer gave an error.':
    'Der Schlüsselbund dieses Computers hat eine Störung gemeldet.',

  // What to do.
  'Try again. Passwords belong to a computer: another one may have another.':
    'Versuchen Sie es noch einmal. Ein Passwort gehört zu einem Computer: Ein anderer kann ein anderes haben.',
  'Use the password; a token can be added on the page Security.':
    'Verwenden Sie das Passwort; ein Token lässt sich auf der Seite „Sicherheit“ hinzufügen.',
  'Print your kits and prove that you keep one (Security; or `valise recovery kit` and `confirm`), or let the token open Valise beside the password.':
    'Drucken Sie Ihre Bögen und weisen Sie auf der Seite „Sicherheit“ nach, dass Sie einen aufbewahren, oder lassen Sie das Token Valise neben dem Passwort öffnen.',
  'Use the token that was added here, or a password, or the recovery kits.':
    'Verwenden Sie das Token, das hier hinzugefügt wurde, ein Passwort oder die Notfallbögen.',
  'Use the token that has the key. If it is gone, revoke the key and add another one.':
    'Verwenden Sie das Token mit dem Schlüssel. Ist es weg, widerrufen Sie den Schlüssel und fügen Sie einen anderen hinzu.',
  'To use a password again, remove the token and choose a new password with that.':
    'Um wieder ein Passwort zu verwenden, entfernen Sie das Token und wählen Sie dabei ein neues Passwort.',
  'Type the code of the other kit as the second one.':
    'Geben Sie als zweiten den Code des anderen Bogens ein.',
  'Type the code of the other kit as well.': 'Geben Sie auch den Code des anderen Bogens ein.',
  'If you know the password: unlock, and make kits on the page Security.':
    'Wenn Sie das Passwort kennen: Entsperren Sie Valise und erstellen Sie Bögen auf der Seite „Sicherheit“.',
  'Look at the paper once more: the groups are counted from 1, and each kit has its own.':
    'Sehen Sie noch einmal auf das Papier: Die Gruppen zählen ab 1, und jeder Bogen hat eigene.',
  'Unlock it, or choose another home.': 'Entsperren Sie es.',
  'Start a workspace or use an invitation.':
    'Legen Sie einen Arbeitsbereich an oder verwenden Sie eine Einladung.',
  'Unlock it with your password.': 'Entsperren Sie es mit Ihrem Passwort.',
  'Look at “Your computers” on another one of yours. If this one was removed there, remove Valise’s data from it; if not, leave the other one open for a while.':
    'Sehen Sie auf einem anderen Ihrer Computer unter „Ihre Computer“ nach. Wurde dieser dort entfernt, entfernen Sie die Daten von Valise; wenn nicht, lassen Sie den anderen eine Weile geöffnet.',
  'Use the same kits once more.': 'Verwenden Sie dieselben Bögen noch einmal.',
  'Make a new code on the other computer.': 'Erstellen Sie auf dem anderen Computer einen neuen Code.',
  'Ask the person who invited you to open Valise.':
    'Bitten Sie die Person, die Sie eingeladen hat, Valise zu öffnen.',
  'Quit the one that is open, and start it again.': 'Beenden Sie das geöffnete und starten Sie es neu.',
  'What it had begun is done wholly or not at all.': 'Was begonnen war, ist ganz oder gar nicht geschehen.',
  'Try again.': 'Versuchen Sie es noch einmal.',
  'Use the one that is open, or quit it first.': 'Verwenden Sie das geöffnete oder beenden Sie es zuerst.',
  'Use 1 to 255 characters, without slashes.': 'Verwenden Sie 1 bis 255 Zeichen, ohne Schrägstriche.',
  'Ask an owner of the folder.': 'Fragen Sie die Leitung des Ordners.',
  'Paste the whole link: it begins with valise://join/.':
    'Fügen Sie den ganzen Link ein: Er beginnt mit valise://join/.',
  'Copy it again, whole, or ask for a new one.':
    'Kopieren Sie sie noch einmal, ganz, oder bitten Sie um eine neue.',
  'Update Valise.': 'Aktualisieren Sie Valise.',
  'Update Valise on this computer.': 'Aktualisieren Sie Valise auf diesem Computer.',
  'Ask for a new invitation.': 'Bitten Sie um eine neue Einladung.',
  'Check the network, or whether the computer that hosts the workspace is on.':
    'Prüfen Sie das Netzwerk, oder ob der Computer an ist, auf dem der Arbeitsbereich liegt.',
  'Try again; if it stays, ask an officer of the workspace.':
    'Versuchen Sie es noch einmal; bleibt es dabei, fragen Sie die Verwaltung.',
  'Try again when the catalog or its author is online.':
    'Versuchen Sie es wieder, wenn der Server online ist oder die Person, von der sie stammt.',
  'Ask its author to send it again.': 'Bitten Sie um eine neue Sendung.',
  'Tell the people who run it, and compare with your colleagues.':
    'Sagen Sie denen Bescheid, die ihn betreiben, und vergleichen Sie mit den anderen Mitgliedern.',
  'Try again in a moment.': 'Versuchen Sie es gleich noch einmal.',
  'Make room and try again.': 'Schaffen Sie Platz und versuchen Sie es noch einmal.',
  'Use “Save as” to write a copy to a place of your choice, and open that.':
    'Schreiben Sie mit „Speichern unter“ eine Kopie an einen Ort Ihrer Wahl und öffnen Sie diese.',
  'Use “Save as” and open it there.': 'Verwenden Sie „Speichern unter“ und öffnen Sie sie dort.',
  'Valise tries again when it is next unlocked. Make room if the disk is full.':
    'Valise versucht es nach dem nächsten Entsperren wieder. Schaffen Sie Platz, wenn der Datenträger voll ist.',
  'See the details.': 'Siehe Details.',
  'Set this computer up again from another one.':
    'Richten Sie diesen Computer von einem anderen aus neu ein.',
  'Restore it from a copy, or set this computer up again.':
    'Stellen Sie sie aus einer Kopie wieder her, oder richten Sie diesen Computer neu ein.',
  'Tell its makers, with the details.': 'Melden Sie es den Herstellern, mit den Details.',
  'Compare it with the one on the other computer: seven groups of four.':
    'Vergleichen Sie ihn mit dem auf dem anderen Computer: sieben Vierergruppen.',
  'It begins with VAL1.': 'Er beginnt mit VAL1.',
  'Type all 21 groups, with or without spaces.': 'Geben Sie alle 21 Gruppen ein, mit oder ohne Leerzeichen.',
  'Look for a group that was typed twice.': 'Suchen Sie nach einer doppelt eingegebenen Gruppe.',
  'After VAL1 there is no 1, B, I or O: read an 8 for a B, and a 0 for an O.':
    'Nach VAL1 gibt es kein 1, B, I oder O: Lesen Sie statt B eine 8 und statt O eine 0.',
  'Compare it with the paper, group by group.': 'Vergleichen Sie ihn Gruppe für Gruppe mit dem Papier.',
  "It is an older kit, one that was used already, or another computer's. Look for the newest one.":
    'Er ist älter, schon verwendet, oder er gehört zu einem anderen Computer. Suchen Sie den neuesten.',
  'Use the other kit, and on the computer it was made for, its keyring.':
    'Verwenden Sie den anderen Bogen, und auf dem Computer, für den er erstellt wurde, dessen Schlüsselbund.',
  'Put it in and try again. If it is lost and was to open Valise, a password or the recovery kits do.':
    'Stecken Sie es ein und versuchen Sie es noch einmal. Ist es verloren und sollte Valise öffnen, tun das ein Passwort oder die Notfallbögen.',
  'Be sure before you try again: after a few wrong ones a token locks its PIN.':
    'Seien Sie vor dem nächsten Versuch sicher: Nach wenigen falschen sperrt ein Token seine PIN.',
  'If you are not sure, ask whoever set the token up before you try again.':
    'Wenn Sie nicht sicher sind, fragen Sie vor dem nächsten Versuch, wer das Token eingerichtet hat.',
  "Whoever has the token's SO PIN can set a new one. Until then a password or the recovery kits open Valise.":
    'Wer die SO-PIN des Tokens hat, kann eine neue setzen. Bis dahin öffnen ein Passwort oder die Notfallbögen Valise.',
  'Type the PIN.': 'Geben Sie die PIN ein.',
  'Install it again at this place, or let the name lead to where it is now.':
    'Installieren Sie ihn dort neu, oder lassen Sie den Namen dorthin führen, wo er jetzt ist.',
  'Install the driver where only the administrator can write, as below /usr/lib. If you trust this one all the same, start Valise with VALISE_PKCS11_ANY_MODULE=1.':
    'Installieren Sie den Treiber dort, wo nur die Systemverwaltung schreiben darf, etwa unter /usr/lib. Wenn Sie diesem trotzdem vertrauen, starten Sie Valise mit VALISE_PKCS11_ANY_MODULE=1.',
  'Ask them to try again; if it repeats, their Valise may be out of date.':
    'Bitten Sie die Person, es noch einmal zu versuchen; wiederholt es sich, ist ihr Valise vielleicht veraltet.',
  'Ask them to send it again.': 'Bitten Sie um eine neue Sendung.',
  'Ask another member of the folder to change its key.':
    'Bitten Sie ein anderes Mitglied des Ordners, den Schlüssel zu wechseln.',
  'Older files may not open here. Ask another member of the folder to change its key.':
    'Ältere Dateien öffnen sich hier vielleicht nicht. Bitten Sie ein anderes Mitglied des Ordners, den Schlüssel zu wechseln.',
  'If it was not you: remove it under “Your computers” on the page Security, at once.':
    'Wenn Sie das nicht waren: Entfernen Sie ihn sofort unter „Ihre Computer“ auf der Seite „Sicherheit“.',
  'If that is not you: say no to it on the page Security, and tell your officers.':
    'Wenn Sie das nicht sind: Lehnen Sie auf der Seite „Sicherheit“ ab und sagen Sie Ihrer Verwaltung Bescheid.',

  // What was undone.
  'The name': 'der Name',
  'The move': 'das Verschieben',
  'The removal': 'das Löschen',
  'The restoring': 'das Zurücklegen',
  'The restored version': 'die zurückgeholte Fassung',
  'The new folder': 'der neue Ordner',
  'What was added': 'was hinzugefügt wurde',
};

/** Sentences with something of the moment in them, in groups. */
const PATTERNS: [RegExp, (...parts: string[]) => string][] = [
  [
    /^The code is not complete: (\d+) of (\d+) characters\.$/,
    (a, b) => `Der Code ist unvollständig: ${a} von ${b} Zeichen.`,
  ],
  [/^The code is too long: it has (\d+) characters\.$/, (a) => `Der Code ist zu lang: Er hat ${a} Zeichen.`],
  [
    /^Group (\d+)(?: of the code)? has a character that no code has\.$/,
    (a) => `Gruppe ${a} hat ein Zeichen, das kein Code hat.`,
  ],
  [
    /^Look at group (\d+): one of its characters is wrong\.$/,
    (a) => `Sehen Sie sich Gruppe ${a} an: Eines ihrer Zeichen ist falsch.`,
  ],
  [
    /^This kit (\w) is not of the set that is needed here\.$/,
    (a) => `Dieser Bogen ${a} gehört nicht zum hier nötigen Satz.`,
  ],
  [
    /^The code of kit (\w) was changed: it is not the one that was printed\.$/,
    (a) => `Der Code von Bogen ${a} wurde verändert: Es ist nicht der gedruckte.`,
  ],
  [/^The token (.+) is not in this computer\.$/, (a) => `Das Token ${a} steckt nicht in diesem Computer.`],
  [
    /^The token's driver cannot be loaded from (.+)\.$/,
    (a) => `Der Treiber des Tokens lässt sich nicht laden von ${a}.`,
  ],
  [
    /^The token's driver was not loaded: others than this computer's administrator can change (.+)\.$/,
    (a) =>
      `Der Treiber des Tokens wurde nicht geladen: Nicht nur die Systemverwaltung dieses Computers kann ${a} ändern.`,
  ],
  [
    /^A change by (.+) breaks a rule of its folder and was left out\.$/,
    (a) => `Eine Änderung von ${a} verletzt eine Regel des Ordners und wurde ausgelassen.`,
  ],
  [
    /^A change by (.+) could not be verified and was left out\.$/,
    (a) => `Eine Änderung von ${a} konnte nicht überprüft werden und wurde ausgelassen.`,
  ],
  [
    /^(.+) sent a folder key that is not the one it claims to be\.$/,
    (a) => `${a} hat einen Ordnerschlüssel gesendet, der nicht der ist, als der er sich ausgibt.`,
  ],
  [
    /^(.+) sent a key change with a false older key\.$/,
    (a) => `${a} hat einen Schlüsselwechsel mit einem falschen älteren Schlüssel gesendet.`,
  ],
  [
    /^A computer joined your account: it has no name\.$/,
    () => 'Ein Computer ohne Namen gehört jetzt zu Ihrem Konto.',
  ],
  [/^A computer joined your account: (.+)\.$/, (a) => `Ein Computer gehört jetzt zu Ihrem Konto: ${a}.`],
  [
    /^You took over the folder “(.+)” from (.+), whose account was closed\.$/,
    (a, b) => `Sie haben den Ordner „${a}“ von ${und(b)} übernommen; das Konto wurde geschlossen.`,
  ],
  [
    /^(.+) took over the folder “(.+)” from (.+), whose account was closed\.$/,
    (a, b, c) => `${a} hat den Ordner „${b}“ von ${und(c)} übernommen; das Konto wurde geschlossen.`,
  ],
  [
    /^(.+) (?:was|were) made an owner of the folder “(.+)”, though that account was closed\.$/,
    (a, b) => `${you(a)} wurde zur Leitung des Ordners „${b}“ gemacht, obwohl das Konto geschlossen war.`,
  ],
  [
    /^(.+) (?:was|were) made an owner of the folder “(.+)”, though (.+) had not been closed\.$/,
    (a, b, c) =>
      `${you(a)} wurde zur Leitung des Ordners „${b}“ gemacht, obwohl das Konto von ${und(c)} nicht geschlossen war.`,
  ],
  [
    /^Speak to (.+) and to your officers\. Who owned the folder before can remove .+$/,
    (a) =>
      `Sprechen Sie mit ${und(a)} und mit Ihrer Verwaltung. Die frühere Leitung kann entfernen, wer hinzukam, oder zur Leitung machen; sehen Sie nach, wer noch im Ordner ist. Geht das nicht, machen Sie in einem neuen Ordner weiter.`,
  ],
  [
    /^A new computer \((.+)\) is about to recover your account, with the help of (.+)\.$/,
    (a, b) => `Ein neuer Computer (${a}) ist dabei, Ihr Konto wiederherzustellen, mit Hilfe von ${und(b)}.`,
  ],
];

const und = (names = '') => names.replaceAll(' and ', ' und ');
const you = (name = '') => (name === 'You' ? 'Ihr Konto' : name);

/** None: a sentence that is not known. */
export function inGerman(sentence: string): string | null {
  if (Object.hasOwn(SENTENCES, sentence)) return SENTENCES[sentence] ?? null;
  for (const [pattern, said] of PATTERNS) {
    const found = pattern.exec(sentence);
    if (found !== null) return said(...found.slice(1));
  }
  return null;
}
