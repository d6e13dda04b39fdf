//! What the service refuses, in its words.

use std::fs;

use frankenstein::client_ureq::Bot;
use frankenstein::methods::{
    AnswerCallbackQueryParams, EditMessageReplyMarkupParams, EditMessageTextParams, SendDocumentParams,
    SendMessageParams, SetMyCommandsParams,
};
use frankenstein::types::{
    BotCommand, InlineKeyboardButton, InlineKeyboardMarkup, MessageEntityType, ReplyMarkup, ReplyParameters,
};
use frankenstein::{ParseMode, TelegramApi};
use samocode_testing_telegram::{OWNER, Phone, STRANGER};

use super::{TOKEN, assert_bad, chat, entity, keyboard, refused, send, start, text, with_buttons};

/// Code and description for a request that the client would not send.
fn raw(phone: &Phone, method: &str, kind: &str, body: &[u8]) -> (u16, String) {
    let config = ureq::Agent::config_builder().http_status_as_error(false).build();
    let request = ureq::Agent::new_with_config(config)
        .post(format!("{}/bot{TOKEN}/{method}", phone.base_url()))
        .header("content-type", kind);
    let mut response = request.send(body).unwrap();
    let answer: serde_json::Value =
        serde_json::from_str(&response.body_mut().read_to_string().unwrap()).unwrap();
    (response.status().as_u16(), answer["description"].as_str().unwrap_or_default().to_owned())
}

#[test]
fn a_wrong_token_and_a_wrong_method_are_told_apart() {
    let (phone, _bot) = start();
    let other = Bot::new_url(format!("{}/bot1:other", phone.base_url()));
    assert_eq!(refused(other.get_me()), (401, "Unauthorized".to_owned()));
    assert_eq!(raw(&phone, "sendNothing", "application/json", b"{}"), (404, "Not Found".to_owned()));
    let elsewhere = Bot::new_url(phone.base_url());
    assert_eq!(refused(elsewhere.get_me()), (404, "Not Found".to_owned()));
}

#[test]
fn a_chat_that_never_spoke_is_not_found() {
    let (phone, bot) = start();
    let params = SendMessageParams::builder().chat_id(STRANGER).text("hi").build();
    assert_bad(bot.send_message(&params), "chat not found");
    phone.say(STRANGER, "hello");
    bot.send_message(&params).unwrap();
    let nobody = SendMessageParams::builder().chat_id(String::new()).text("hi").build();
    assert_bad(bot.send_message(&nobody), "chat_id is empty");
}

#[test]
fn a_text_is_neither_empty_nor_longer_than_4096_units() {
    let (phone, bot) = start();
    for empty in ["", " \n\t", "\u{200b}\u{2800}"] {
        assert_bad(bot.send_message(&text(empty)), "message text is empty");
    }
    let crabs = "🦀".repeat(2048);
    send(&bot, &crabs);
    send(&bot, &format!(" {crabs}\n"));
    assert_bad(bot.send_message(&text(&format!("{crabs}x"))), "message is too long");
    assert_eq!(phone.messages().len(), 2);
}

#[test]
fn an_entity_lies_within_the_text_and_cuts_no_character() {
    let (_phone, bot) = start();
    for (offset, length, why) in [
        (0, 0, "receive an entity with incorrect length 0"),
        (3, 1, "entity begins in a middle of a UTF-16 symbol at UTF-16 offset 3"),
        (0, 3, "entity beginning at UTF-16 offset 0 ends in a middle of a UTF-16 symbol at UTF-16 offset 3"),
        (4, 3, "entity beginning at UTF-16 offset 4 ends after the end of the text at byte offset 8"),
        (7, 1, "entity begins after the end of the text at UTF-16 offset 6"),
    ] {
        let mut params = text("ab🦀cd");
        params.entities = Some(vec![entity(MessageEntityType::Bold, offset, length)]);
        assert_bad(bot.send_message(&params), why);
    }
    let mut params = text("ab🦀cd");
    params.entities =
        Some(vec![entity(MessageEntityType::Bold, 2, 4), entity(MessageEntityType::Code, 0, 6)]);
    bot.send_message(&params).unwrap();
    params.entities = Some(vec![entity(MessageEntityType::TextLink, 0, 2)]);
    assert_bad(bot.send_message(&params), "can't parse MessageEntity: Can't find field \"url\"");
}

#[test]
fn an_entity_with_negative_numbers_is_refused() {
    let (phone, _bot) = start();
    for (numbers, why) in [
        ("\"offset\": -1, \"length\": 2", "incorrect offset -1"),
        ("\"offset\": 0, \"length\": -2", "incorrect length -2"),
    ] {
        let body = format!(
            "{{\"chat_id\": {OWNER}, \"text\": \"abc\", \"entities\": [{{\"type\": \"bold\", {numbers}}}]}}"
        );
        let (code, description) = raw(&phone, "sendMessage", "application/json", body.as_bytes());
        assert_eq!((code, description), (400, format!("Bad Request: receive an entity with {why}")));
    }
}

#[test]
fn markup_that_is_not_well_formed_is_refused() {
    let (_phone, bot) = start();
    for (mode, source, why) in [
        (ParseMode::Html, "a < b", "Unclosed start tag at byte offset 2"),
        (ParseMode::Html, "<x>y</x>", "Unsupported start tag \"x\" at byte offset 0"),
        (ParseMode::Html, "<b>y", "Can't find end tag corresponding to start tag \"b\""),
        (ParseMode::Html, "y</b>", "Unexpected end tag at byte offset 1"),
        (
            ParseMode::Html,
            "<b>y</i>",
            "Unmatched end tag at byte offset 4, expected \"</b>\", found \"</i>\"",
        ),
        (
            ParseMode::MarkdownV2,
            "a.",
            "Character '.' is reserved and must be escaped with the preceding '\\'",
        ),
        (ParseMode::MarkdownV2, "ä *b", "Can't find end of Bold entity at byte offset 3"),
        (ParseMode::MarkdownV2, "`a", "Can't find end of Code entity at byte offset 0"),
    ] {
        let params = SendMessageParams { parse_mode: Some(mode), ..text(source) };
        assert_bad(bot.send_message(&params), &format!("can't parse entities: {why}"));
    }
}

#[test]
fn a_button_has_a_label_and_at_most_64_bytes_of_data() {
    let (_phone, bot) = start();
    let long = "ä".repeat(33);
    for (label, data, why) in [
        ("", "x", "BUTTON_TEXT_INVALID"),
        ("x", "", "BUTTON_DATA_INVALID"),
        ("x", long.as_str(), "BUTTON_DATA_INVALID"),
    ] {
        assert_bad(bot.send_message(&with_buttons("hi", &[&[(label, data)]])), why);
    }
    bot.send_message(&with_buttons("hi", &[&[("x", &long[..64])]])).unwrap();
    let bare = vec![vec![InlineKeyboardButton::builder().text("x").build()]];
    let markup = InlineKeyboardMarkup::builder().inline_keyboard(bare).build();
    let params =
        SendMessageParams { reply_markup: Some(ReplyMarkup::InlineKeyboardMarkup(markup)), ..text("hi") };
    assert_bad(
        bot.send_message(&params),
        "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
    );
    let row = vec![("x", "y"); 101];
    assert_bad(bot.send_message(&with_buttons("hi", &[&row])), "REPLY_MARKUP_TOO_LONG");
}

#[test]
fn an_edit_finds_its_message_and_changes_something() {
    let (phone, bot) = start();
    let sent = bot.send_message(&with_buttons("same", &[&[("Yes", "y")]])).unwrap().result;
    let edit = |id: i32, text: &str| {
        EditMessageTextParams::builder()
            .chat_id(chat(OWNER))
            .message_id(id)
            .text(text)
            .reply_markup(keyboard(&[&[("Yes", "y")]]))
            .build()
    };
    let same = "message is not modified: specified new message content and reply markup are exactly the same as a \
                current content and reply markup of the message";
    assert_bad(bot.edit_message_text(&edit(sent.message_id, "same")), same);
    assert_bad(bot.edit_message_text(&edit(sent.message_id + 1, "other")), "message to edit not found");
    assert_bad(bot.edit_message_text(&edit(sent.message_id, " ")), "message text is empty");
    assert_bad(bot.edit_message_text(&edit(sent.message_id, &"x".repeat(4097))), "MESSAGE_TOO_LONG");
    bot.edit_message_text(&edit(sent.message_id, "other")).unwrap();
    phone.say(OWNER, "mine");
    let mine = phone.messages()[1].id;
    assert_bad(bot.edit_message_text(&edit(mine, "yours")), "message can't be edited");
    let markup =
        EditMessageReplyMarkupParams::builder().chat_id(chat(OWNER)).message_id(sent.message_id).build();
    bot.edit_message_reply_markup(&markup).unwrap();
    assert_bad(bot.edit_message_reply_markup(&markup), same);
}

#[test]
fn a_reply_needs_its_message_unless_told_otherwise() {
    let (_phone, bot) = start();
    let mut params = text("hi");
    params.reply_parameters = Some(ReplyParameters::builder().message_id(7).build());
    assert_bad(bot.send_message(&params), "message to be replied not found");
    params.reply_parameters =
        Some(ReplyParameters::builder().message_id(7).allow_sending_without_reply(true).build());
    assert!(bot.send_message(&params).unwrap().result.reply_to_message.is_none());
}

#[test]
fn a_document_has_bytes_and_a_caption_of_at_most_1024_units() {
    let (_phone, bot) = start();
    let folder = std::env::temp_dir().join(format!("standin-empty-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let (empty, full) = (folder.join("empty.md"), folder.join("full.md"));
    fs::write(&empty, "").unwrap();
    fs::write(&full, "x").unwrap();
    let params = SendDocumentParams::builder().chat_id(OWNER).document(empty).build();
    assert_bad(bot.send_document(&params), "file must be non-empty");
    let params =
        SendDocumentParams::builder().chat_id(OWNER).document(full).caption("x".repeat(1025)).build();
    assert_bad(bot.send_document(&params), "message caption is too long");
    fs::remove_dir_all(folder).unwrap();
    let params = SendDocumentParams::builder().chat_id(OWNER).document("no-file".to_owned()).build();
    assert_bad(bot.send_document(&params), "wrong file identifier/HTTP URL specified");
}

#[test]
fn an_answer_needs_a_tap_that_is_not_too_old() {
    let (phone, bot) = start();
    let why = "query is too old and response timeout expired or query ID is invalid";
    let answer = |id: &str| AnswerCallbackQueryParams::builder().callback_query_id(id).build();
    assert_bad(bot.answer_callback_query(&answer("1")), why);
    phone.tap_data(OWNER, 1, "x");
    phone.forget_taps();
    let update = super::updates(&bot).remove(0);
    let frankenstein::updates::UpdateContent::CallbackQuery(query) = update.content else { panic!("no tap") };
    assert_bad(bot.answer_callback_query(&answer(&query.id)), why);
    assert!(phone.toasts().is_empty());
}

#[test]
fn a_command_has_a_plain_name() {
    let (_phone, bot) = start();
    let command = BotCommand::builder().command("Status").description("x").build();
    let params = SetMyCommandsParams::builder().commands(vec![command]).build();
    assert_bad(bot.set_my_commands(&params), "BOT_COMMAND_INVALID");
}

#[test]
fn a_body_is_utf_8_and_what_its_type_says() {
    let (phone, _bot) = start();
    let utf8 = "Bad Request: strings must be encoded in UTF-8";
    let json = b"{\"chat_id\": 1, \"text\": \"\xff\"}";
    assert_eq!(raw(&phone, "sendMessage", "application/json", json), (400, utf8.to_owned()));
    let form = "application/x-www-form-urlencoded";
    assert_eq!(raw(&phone, "sendMessage", form, b"chat_id=1&text=%ff"), (400, utf8.to_owned()));
    let (code, why) = raw(&phone, "sendMessage", "application/json", b"{");
    assert_eq!((code, why.as_str()), (400, "Bad Request: can't parse JSON object"));
    let plain = format!("chat_id={OWNER}&text=a+b%21");
    assert_eq!(raw(&phone, "sendMessage", form, plain.as_bytes()).0, 200);
    assert_eq!(phone.messages()[0].text, "a b!");
}
