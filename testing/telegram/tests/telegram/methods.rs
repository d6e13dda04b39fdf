//! Each method, done right.

use std::fs;

use frankenstein::methods::{
    AnswerCallbackQueryParams, DeleteWebhookParams, EditMessageReplyMarkupParams, EditMessageTextParams,
    SendDocumentParams, SendMessageParams, SetMyCommandsParams,
};
use frankenstein::response::MessageOrBool;
use frankenstein::types::{
    BotCommand, ForceReply, MaybeInaccessibleMessage, MessageEntityType, ReplyMarkup, ReplyParameters,
};
use frankenstein::updates::UpdateContent;
use frankenstein::{ParseMode, TelegramApi};
use samocode_testing_telegram::OWNER;

use super::{button, chat, entity, keyboard, send, start, text, updates, with_buttons};

#[test]
fn the_bot_learns_its_name() {
    let (_phone, bot) = start();
    let me = bot.get_me().unwrap().result;
    assert!(me.is_bot);
    assert_eq!(me.username.as_deref(), Some("samocode_standin_bot"));
}

#[test]
fn a_message_is_shown_as_it_was_sent() {
    let (phone, bot) = start();
    let mut params =
        with_buttons("  Plan 🦀 ready", &[&[("Approve", "a"), ("Reject", "r")], &[("Later", "l")]]);
    params.entities = Some(vec![entity(MessageEntityType::Bold, 2, 7)]);
    let sent = bot.send_message(&params).unwrap().result;
    assert_eq!(sent.text.as_deref(), Some("Plan 🦀 ready"));
    assert_eq!(sent.entities.unwrap()[0].offset, 0);
    assert_eq!(sent.reply_markup.unwrap().inline_keyboard[0][1], button("Reject", "r"));
    let shown = &phone.messages()[0];
    assert_eq!(shown.id, sent.message_id);
    assert_eq!(shown.marked("bold"), ["Plan 🦀"]);
    assert_eq!(shown.labels(), ["Approve", "Reject", "Later"]);
    assert_eq!(shown.button("Later").unwrap().data.as_deref(), Some("l"));
}

#[test]
fn a_message_may_ask_for_a_reply_and_be_one() {
    let (phone, bot) = start();
    let first = send(&bot, "first");
    let mut params = text("second");
    params.reply_parameters = Some(ReplyParameters::builder().message_id(first.message_id).build());
    params.reply_markup = Some(ReplyMarkup::ForceReply(ForceReply::builder().force_reply(true).build()));
    let second = bot.send_message(&params).unwrap().result;
    assert_eq!(second.reply_to_message.unwrap().text.as_deref(), Some("first"));
    let shown = &phone.messages()[1];
    assert_eq!(shown.reply_to, Some(first.message_id));
    assert!(shown.force_reply);
}

#[test]
fn a_document_arrives_whole_with_its_caption_and_buttons() {
    let (phone, bot) = start();
    let folder = std::env::temp_dir().join(format!("standin-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let path = folder.join("plan ü.md");
    let bytes: Vec<u8> = (0..200_000_u32).flat_map(u32::to_le_bytes).chain(*b"\r\n--end\r\n").collect();
    fs::write(&path, &bytes).unwrap();
    let params = SendDocumentParams::builder()
        .chat_id(OWNER)
        .document(path)
        .caption("The plan")
        .caption_entities(vec![entity(MessageEntityType::Italic, 4, 4)])
        .reply_markup(ReplyMarkup::InlineKeyboardMarkup(keyboard(&[&[("Approve", "yes")]])))
        .build();
    let sent = bot.send_document(&params).unwrap().result;
    fs::remove_dir_all(folder).unwrap();
    assert_eq!(sent.document.unwrap().file_size, Some(bytes.len() as u64));
    assert_eq!(sent.caption.as_deref(), Some("The plan"));
    let shown = &phone.messages()[0];
    let document = shown.document.as_ref().unwrap();
    assert_eq!(document.name, "plan ü.md");
    assert!(document.bytes == bytes, "the bytes are the same");
    assert_eq!(shown.marked("italic"), ["plan"]);
    assert_eq!(shown.labels(), ["Approve"]);
    let call = &phone.calls_of("sendDocument")[0];
    assert_eq!(call.params["document"]["size"], bytes.len());
}

#[test]
fn an_edit_changes_the_text_and_takes_the_buttons_away() {
    let (phone, bot) = start();
    let sent = bot.send_message(&with_buttons("open", &[&[("Yes", "y")]])).unwrap().result;
    let params = EditMessageTextParams::builder()
        .chat_id(chat(OWNER))
        .message_id(sent.message_id)
        .text("done")
        .build();
    let MessageOrBool::Message(edited) = bot.edit_message_text(&params).unwrap().result else {
        panic!("no message")
    };
    assert_eq!(edited.text.as_deref(), Some("done"));
    assert!(edited.edit_date.is_some() && edited.reply_markup.is_none());
    let shown = &phone.messages()[0];
    assert_eq!(shown.text, "done");
    assert!(shown.buttons.is_empty());
    assert_eq!(shown.edits[0].text, "open");
    assert_eq!(shown.edits[0].buttons[0][0].text, "Yes");
}

#[test]
fn buttons_change_without_the_text() {
    let (phone, bot) = start();
    let sent = bot.send_message(&with_buttons("open", &[&[("Yes", "y")]])).unwrap().result;
    let params = EditMessageReplyMarkupParams::builder()
        .chat_id(chat(OWNER))
        .message_id(sent.message_id)
        .reply_markup(keyboard(&[&[("✓ Yes", "y")]]))
        .build();
    bot.edit_message_reply_markup(&params).unwrap();
    let shown = &phone.messages()[0];
    assert_eq!((shown.text.as_str(), shown.labels()), ("open", vec!["✓ Yes"]));
}

#[test]
fn a_tap_is_answered_once() {
    let (phone, bot) = start();
    let sent = bot.send_message(&with_buttons("open", &[&[("Yes", "y")]])).unwrap().result;
    let id = phone.tap(OWNER, sent.message_id, "Yes");
    let update = updates(&bot).remove(0);
    assert_eq!(update.update_id, id);
    let UpdateContent::CallbackQuery(query) = update.content else { panic!("no tap: {update:?}") };
    assert_eq!((query.data.as_deref(), query.from.id.cast_signed()), (Some("y"), OWNER));
    let Some(MaybeInaccessibleMessage::Message(message)) = query.message else { panic!("no message") };
    assert_eq!(message.message_id, sent.message_id);
    let params = AnswerCallbackQueryParams::builder()
        .callback_query_id(query.id)
        .text("Thanks")
        .show_alert(true)
        .build();
    assert!(bot.answer_callback_query(&params).unwrap().result);
    let toasts = phone.toasts();
    assert_eq!(
        (toasts[0].text.as_str(), toasts[0].alert, toasts[0].message),
        ("Thanks", true, sent.message_id)
    );
    let why = "query is too old and response timeout expired or query ID is invalid";
    super::assert_bad(bot.answer_callback_query(&params), why);
}

#[test]
fn the_menu_is_set() {
    let (phone, bot) = start();
    let command = BotCommand::builder().command("status").description("What runs").build();
    let params = SetMyCommandsParams::builder().commands(vec![command]).build();
    assert!(bot.set_my_commands(&params).unwrap().result);
    assert_eq!(phone.commands(), [("status".to_owned(), "What runs".to_owned())]);
}

#[test]
fn a_webhook_is_taken_away_with_what_waits_if_asked() {
    let (phone, bot) = start();
    phone.say(OWNER, "old");
    assert!(bot.delete_webhook(&DeleteWebhookParams::builder().build()).unwrap().result);
    assert_eq!(phone.unconfirmed().len(), 1);
    let params = DeleteWebhookParams::builder().drop_pending_updates(true).build();
    assert!(bot.delete_webhook(&params).unwrap().result);
    assert!(phone.unconfirmed().is_empty());
}

#[test]
fn markup_becomes_entities() {
    let (phone, bot) = start();
    let html = "<b>bold</b> &lt;<code>co&amp;de</code> <a href=\"https://x.y\">link</a> a > b";
    let markdown = r"*bold* \<`co&de` [link](https://x.y) a \> b";
    for (mode, source) in [(ParseMode::Html, html), (ParseMode::MarkdownV2, markdown)] {
        let params = SendMessageParams { parse_mode: Some(mode), ..text(source) };
        bot.send_message(&params).unwrap();
    }
    for shown in phone.messages() {
        assert_eq!(shown.text, "bold <co&de link a > b");
        assert_eq!(shown.marked("bold"), ["bold"]);
        assert_eq!(shown.marked("code"), ["co&de"]);
        assert_eq!(shown.marked("text_link"), ["link"]);
    }
}
